import Kernels

// Elementwise arithmetic and reductions: what a model is put together from where no layer fits.

extension Tape {
  /// `y = a + b`. Both `[rows, columns]`.
  package func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    let y = result(of: a, b, "adding")
    y.values.copy(from: a.values)
    y.values.add(b.values)
    if y.isTracked { record(SumOperation(a: a, b: b, y: y)) }
    return y
  }

  /// `y = a · b`, element by element. Both `[rows, columns]`.
  package func multiply(_ a: Tensor, _ b: Tensor) -> Tensor {
    let y = result(of: a, b, "multiplying")
    y.values.fill(0)
    y.values.add(a.values, times: b.values)
    if y.isTracked { record(ProductOperation(a: a, b: b, y: y)) }
    return y
  }

  /// `y = factor · x + offset`.
  package func scale(_ x: Tensor, by factor: Float, offset: Float = 0) -> Tensor {
    let y = tensor(rows: x.rows, columns: x.columns, tracked: x.isTracked)
    y.values.fill(offset)
    y.values.add(factor, times: x.values)
    if y.isTracked { record(ScaleOperation(x: x, y: y, factor: factor)) }
    return y
  }

  /// Some columns of `x`, `[rows, range.count]`: a copy, for the rows of a tensor lie side by side.
  package func columns(_ range: Range<Int>, of x: Tensor) -> Tensor {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= x.columns,
      "columns \(range) of \(x.rows)×\(x.columns)")
    let y = tensor(rows: x.rows, columns: range.count, tracked: x.isTracked)
    Rows.copy(
      x.valueMatrix, from: range.lowerBound, columns: range.count, into: y.valueMatrix, at: 0)
    if y.isTracked { record(ColumnsOperation(x: x, y: y, first: range.lowerBound)) }
    return y
  }

  /// The sum of each row, `[rows, 1]`.
  package func rowSums(of x: Tensor) -> Tensor {
    let y = tensor(rows: x.rows, columns: 1, tracked: x.isTracked)
    y.values.fill(0)
    Rows.addRowSums(of: x.values, to: y.values)
    if y.isTracked { record(ReductionOperation(x: x, y: y)) }
    return y
  }

  /// The sum of each column, `[1, columns]`.
  package func columnSums(of x: Tensor) -> Tensor {
    let y = tensor(rows: 1, columns: x.columns, tracked: x.isTracked)
    y.values.fill(0)
    if x.columns > 0 { Rows.addColumnSums(of: x.values, to: y.values) }
    if y.isTracked { record(ReductionOperation(x: x, y: y)) }
    return y
  }

  /// The mean of each row, `[rows, 1]`. - Parameter x: `[rows, columns]`, at least one column.
  package func rowMeans(of x: Tensor) -> Tensor {
    precondition(x.columns > 0, "the means of rows without numbers")
    return scale(rowSums(of: x), by: 1 / Float(x.columns))
  }

  /// The mean of each column, `[1, columns]`. - Parameter x: `[rows, columns]`, at least one row.
  package func columnMeans(of x: Tensor) -> Tensor {
    precondition(x.rows > 0, "the means of columns without numbers")
    return scale(columnSums(of: x), by: 1 / Float(x.rows))
  }

  /// A place for the result of an operation on two tensors of one shape.
  private func result(of a: Tensor, _ b: Tensor, _ action: String) -> Tensor {
    precondition(
      a.rows == b.rows && a.columns == b.columns,
      "\(action) \(a.rows)×\(a.columns) and \(b.rows)×\(b.columns)")
    return tensor(rows: a.rows, columns: a.columns, tracked: a.isTracked || b.isTracked)
  }
}

struct SumOperation: TapeOperation {
  let a: Tensor
  let b: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) {
    if a.isTracked { a.gradient.add(y.gradient) }
    if b.isTracked { b.gradient.add(y.gradient) }
  }
}

struct ProductOperation: TapeOperation {
  let a: Tensor
  let b: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) {
    if a.isTracked { a.gradient.add(y.gradient, times: b.values) }
    if b.isTracked { b.gradient.add(y.gradient, times: a.values) }
  }
}

struct ScaleOperation: TapeOperation {
  let x: Tensor
  let y: Tensor
  let factor: Float

  func pullback(_ tape: Tape) { x.gradient.add(factor, times: y.gradient) }
}

struct ColumnsOperation: TapeOperation {
  let x: Tensor
  let y: Tensor
  let first: Int

  func pullback(_ tape: Tape) {
    Rows.copy(y.gradientMatrix, into: x.gradientMatrix, at: first, accumulating: true)
  }
}

/// Sums of rows or of columns: each element's gradient is that of its sum.
struct ReductionOperation: TapeOperation {
  /// `[rows, columns]`.
  let x: Tensor
  /// `[rows, 1]` or `[1, columns]`.
  let y: Tensor

  func pullback(_ tape: Tape) { Rows.spread(y.gradientMatrix, into: x.gradientMatrix) }
}
