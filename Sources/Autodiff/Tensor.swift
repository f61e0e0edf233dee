import Kernels

/// A matrix on a tape: its values and, where it is tracked, the gradient of the loss.
///
/// A tensor is a view of arena memory and lives until its tape is reset. Higher ranks are rows of
/// flattened vectors: `[T, B, F]` is `T·B` rows, time first.
package struct Tensor: Sendable {
  /// `[rows, columns]`.
  package let values: Region
  /// `[rows, columns]`, or empty where no gradient is wanted.
  package let gradient: Region
  package let rows: Int
  package let columns: Int
  /// Whether most values are zero, as of one-hot latents: products pass over those.
  package let isSparse: Bool

  package init(
    values: Region, gradient: Region = .empty, rows: Int, columns: Int, isSparse: Bool = false
  ) {
    precondition(
      values.count == rows * columns && (gradient.isEmpty || gradient.count == values.count),
      "a \(rows)×\(columns) tensor of \(values.count) values and \(gradient.count) gradients")
    self.values = values
    self.gradient = gradient
    self.rows = rows
    self.columns = columns
    self.isSparse = isSparse
  }

  /// Whether a gradient flows into this tensor.
  package var isTracked: Bool { !gradient.isEmpty }

  /// The same values with no gradient: the stop-gradient of the literature.
  package var stopped: Tensor {
    Tensor(values: values, rows: rows, columns: columns, isSparse: isSparse)
  }

  /// The same tensor, known to be mostly zero.
  package var sparse: Tensor {
    Tensor(values: values, gradient: gradient, rows: rows, columns: columns, isSparse: true)
  }

  /// A view of some rows.
  package func rows(_ range: Range<Int>) -> Tensor {
    Tensor(
      values: values.rows(range, columns: columns),
      gradient: isTracked ? gradient.rows(range, columns: columns) : .empty,
      rows: range.count, columns: columns, isSparse: isSparse)
  }

  /// A view with another shape of as many numbers.
  package func reshaped(rows: Int, columns: Int) -> Tensor {
    Tensor(values: values, gradient: gradient, rows: rows, columns: columns)
  }

  package var valueMatrix: Matrix { Matrix(values, rows: rows, columns: columns) }
  package var gradientMatrix: Matrix { Matrix(gradient, rows: rows, columns: columns) }
}

/// Where a parameter stands in the memory of all parameters.
package struct Parameter: Sendable, Hashable {
  /// Floats before it; of a parameter that no gradient is kept for, negative: floats from the end of the
  /// memory to its start.
  package let offset: Int
  package let rows: Int
  package let columns: Int

  package init(offset: Int, rows: Int, columns: Int) {
    self.offset = offset
    self.rows = rows
    self.columns = columns
  }

  package var count: Int { rows * columns }

  /// Whether a gradient is kept for it.
  package var isTrained: Bool { offset >= 0 }

  /// Some rows of a weight matrix: the weights of a part of its input.
  package func rows(_ range: Range<Int>) -> Parameter {
    precondition(range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
    return Parameter(
      offset: offset + range.lowerBound * columns, rows: range.count, columns: columns)
  }
}
