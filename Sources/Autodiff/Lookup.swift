import Kernels

extension Tape {
  /// Rows of a parameter by their numbers: codes of a codebook, embeddings of classes.
  ///
  /// - Parameters:
  ///   - numbers: `[rows]`: which row of the table, as floats.
  ///   - table: `[K, columns]`. Where it is not trained, the result is a constant.
  /// - Returns: `[rows, columns]`.
  package func look(up numbers: Region, in table: Parameter) -> Tensor {
    let y = tensor(rows: numbers.count, columns: table.columns, tracked: table.isTrained)
    Codebook.look(up: numbers, in: values(of: table), width: table.columns, into: y.values)
    if y.isTracked { record(LookupOperation(numbers: numbers, table: table, y: y)) }
    return y
  }

  /// The rows of `x` at length one, `[rows, columns]`; those of zeros stay so.
  package func normalizedRows(of x: Tensor) -> Tensor {
    let y = tensor(rows: x.rows, columns: x.columns, tracked: x.isTracked)
    let lengths = arena.allocate(x.rows)
    Rows.normalize(x.values, into: y.values, lengths: lengths)
    if y.isTracked { record(RowLengthOperation(x: x, y: y, lengths: lengths)) }
    return y
  }
}

struct LookupOperation: TapeOperation {
  let numbers: Region
  let table: Parameter
  let y: Tensor

  func pullback(_ tape: Tape) {
    Codebook.addRows(
      y.gradient, by: numbers, width: table.columns, to: tape.trainedGradient(of: table))
  }
}

struct RowLengthOperation: TapeOperation {
  let x: Tensor
  let y: Tensor
  let lengths: Region

  func pullback(_ tape: Tape) {
    Rows.normalizePullback(y.values, lengths: lengths, from: y.gradient, dx: x.gradient)
  }
}
