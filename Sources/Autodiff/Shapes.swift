import Kernels

// Operations that move numbers and do not change them.

extension Tape {
  /// The columns of `a` and then those of `b`. Both `[rows, …]`.
  package func concatenate(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.rows == b.rows, "concatenating \(a.rows) and \(b.rows) rows")
    let y = tensor(
      rows: a.rows, columns: a.columns + b.columns, tracked: a.isTracked || b.isTracked)
    Rows.copy(a.valueMatrix, into: y.valueMatrix, at: 0)
    Rows.copy(b.valueMatrix, into: y.valueMatrix, at: a.columns)
    if y.isTracked { record(ConcatenationOperation(a: a, b: b, y: y)) }
    return y
  }

  /// Copies `x` to a place of the same shape, a slice of something larger.
  package func copy(_ x: Tensor, into y: Tensor) {
    y.values.copy(from: x.values)
    if x.isTracked && y.isTracked { record(CopyOperation(x: x, y: y)) }
  }

  /// `y[r] = factors[r] · x[r]`. With a factor of zero, what was carried into a row is forgotten.
  ///
  /// - Parameter factors: `[rows]`, constants.
  package func scaleRows(_ x: Tensor, by factors: Region) -> Tensor {
    let y = tensor(rows: x.rows, columns: x.columns, tracked: x.isTracked)
    Rows.scale(x.values, by: factors, into: y.values)
    if y.isTracked { record(RowScaleOperation(x: x, y: y, factors: factors)) }
    return y
  }
}

struct ConcatenationOperation: TapeOperation {
  let a: Tensor
  let b: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) {
    let dy = y.gradientMatrix
    if a.isTracked {
      Rows.copy(dy, from: 0, columns: a.columns, into: a.gradientMatrix, at: 0, true)
    }
    if b.isTracked {
      Rows.copy(dy, from: a.columns, columns: b.columns, into: b.gradientMatrix, at: 0, true)
    }
  }
}

struct CopyOperation: TapeOperation {
  let x: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) { x.gradient.add(y.gradient) }
}

struct RowScaleOperation: TapeOperation {
  let x: Tensor
  let y: Tensor
  let factors: Region

  func pullback(_ tape: Tape) {
    if x.isTracked { Rows.scale(y.gradient, by: factors, into: x.gradient, accumulating: true) }
  }
}
