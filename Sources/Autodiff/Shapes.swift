import Kernels

// Operations that move numbers and do not change them.

extension Tape {
  /// The columns of `a` and then those of `b`. Both `[rows, …]`.
  public func concatenate(_ a: Tensor, _ b: Tensor) -> Tensor {
    precondition(a.rows == b.rows, "concatenating \(a.rows) and \(b.rows) rows")
    let y = tensor(
      rows: a.rows, columns: a.columns + b.columns, tracked: a.isTracked || b.isTracked)
    Rows.copy(a.valueMatrix, into: y.valueMatrix, at: 0)
    Rows.copy(b.valueMatrix, into: y.valueMatrix, at: a.columns)
    if y.isTracked { record(.concatenation(.init(a: a, b: b, y: y))) }
    return y
  }

  /// For each of `groups` blocks: the block's slice of `state`, then the whole of every shared part
  /// (ALGORITHM section 4, step 3).
  ///
  /// - Parameters:
  ///   - state: `[rows, D]`.
  ///   - shared: three tensors `[rows, …]`.
  /// - Returns: `[rows, groups · (D / groups + widths of shared)]`.
  public func concatenateBlocks(
    state: Tensor, shared: (Tensor, Tensor, Tensor), groups: Int
  ) -> Tensor {
    let width = state.columns / groups
    let sharedWidth = shared.0.columns + shared.1.columns + shared.2.columns
    let y = tensor(rows: state.rows, columns: groups * (width + sharedWidth), tracked: true)
    let operation = BlockConcatenationOperation(state: state, shared: shared, y: y, groups: groups)
    operation.forward()
    record(.blockConcatenation(operation))
    return y
  }

  /// Copies `x` to a place of the same shape, a slice of something larger.
  public func copy(_ x: Tensor, into y: Tensor) {
    y.values.copy(from: x.values)
    if x.isTracked && y.isTracked { record(.copy(.init(x: x, y: y))) }
  }

  /// `y[r] = factors[r] · x[r]`. With a factor of zero, what was carried into a row is forgotten.
  ///
  /// - Parameter factors: `[rows]`, constants.
  public func scaleRows(_ x: Tensor, by factors: Region) -> Tensor {
    let y = tensor(rows: x.rows, columns: x.columns, tracked: x.isTracked)
    Rows.scale(x.values, by: factors, into: y.values)
    if y.isTracked { record(.rowScale(.init(x: x, y: y, factors: factors))) }
    return y
  }
}

struct ConcatenationOperation {
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

struct BlockConcatenationOperation {
  let state: Tensor
  let shared: (Tensor, Tensor, Tensor)
  let y: Tensor
  let groups: Int

  func forward() {
    forEachPart { part, from, columns, at in
      Rows.copy(part.valueMatrix, from: from, columns: columns, into: y.valueMatrix, at: at)
    }
  }

  func pullback(_ tape: Tape) {
    forEachPart { part, from, columns, at in
      guard part.isTracked else { return }
      Rows.copy(
        y.gradientMatrix, from: at, columns: columns, into: part.gradientMatrix, at: from, true)
    }
  }

  /// Calls `body` with each part, its first column and number of columns, and where they stand in y.
  private func forEachPart(_ body: (Tensor, Int, Int, Int) -> Void) {
    let width = state.columns / groups
    var column = 0
    for group in 0..<groups {
      body(state, group * width, width, column)
      column += width
      for part in [shared.0, shared.1, shared.2] {
        body(part, 0, part.columns, column)
        column += part.columns
      }
    }
  }
}

struct CopyOperation {
  let x: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) { x.gradient.add(y.gradient) }
}

struct RowScaleOperation {
  let x: Tensor
  let y: Tensor
  let factors: Region

  func pullback(_ tape: Tape) {
    if x.isTracked { Rows.scale(y.gradient, by: factors, into: x.gradient, accumulating: true) }
  }
}
