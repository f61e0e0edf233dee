/// Numbers of rows and columns that no vector register divides.
let oddSizes = [1, 3, 5, 17, 33]

/// The relative error that a slope by finite differences may have in single precision.
let tolerance = 2e-3
