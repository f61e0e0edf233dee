import Kernels

/// The matrices that a linear layer multiplies its input with: one, or with `groups` one for each
/// contiguous group of features (a block-diagonal matrix); or of each matrix the rows that belong to a
/// part of the input.
///
/// Where an input is made of parts side by side, multiplying part by part saves putting them together.
package struct WeightBlocks: Hashable, Sendable {
  /// `[groups · in / groups, out / groups]`.
  package let parameter: Parameter
  package let groups: Int
  /// Of each matrix.
  let rows: Range<Int>
  /// Whether each matrix meets the whole part, and not only its group's share of it.
  let sharesInput: Bool

  package init(_ parameter: Parameter, groups: Int = 1) {
    precondition(parameter.rows % groups == 0, "\(parameter.rows) rows in \(groups) groups")
    self.init(parameter, groups: groups, rows: 0..<parameter.rows / groups, sharesInput: false)
  }

  private init(_ parameter: Parameter, groups: Int, rows: Range<Int>, sharesInput: Bool) {
    (self.parameter, self.groups, self.rows) = (parameter, groups, rows)
    self.sharesInput = sharesInput
  }

  /// Rows `range` of each matrix.
  ///
  /// - Parameter sharesInput: whether each matrix meets the whole part of the input.
  package func part(_ range: Range<Int>, sharesInput: Bool = false) -> WeightBlocks {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= blockRows, "rows \(range) of \(blockRows)")
    return WeightBlocks(parameter, groups: groups, rows: range, sharesInput: sharesInput)
  }

  /// Columns of the input.
  var inputs: Int { sharesInput ? rows.count : rows.count * groups }
  var outputs: Int { parameter.columns * groups }

  private var blockRows: Int { parameter.rows / groups }

  /// The rows of one group's matrix, as a parameter of their own.
  func block(_ group: Int) -> Parameter {
    parameter.rows(group * blockRows + rows.lowerBound..<group * blockRows + rows.upperBound)
  }

  /// One group's columns of an input, or of its gradient.
  func input(_ region: Region, rows count: Int, group: Int) -> Matrix {
    Matrix(region, rows: count, columns: inputs).block(
      group, step: sharesInput ? 0 : rows.count, rows: count, columns: rows.count)
  }

  /// One group's columns of an output, or of its gradient.
  func output(_ region: Region, rows count: Int, group: Int) -> Matrix {
    Matrix(region, rows: count, columns: outputs).block(
      group, step: parameter.columns, rows: count, columns: parameter.columns)
  }
}

/// A part of a layer's input, and the rows of the weights that it meets.
package struct LinearPart: Sendable {
  let x: Tensor
  let weights: WeightBlocks

  /// - Parameter x: `[rows, in]`.
  package init(_ x: Tensor, _ weights: WeightBlocks) {
    precondition(
      x.columns == weights.inputs, "\(weights.inputs) rows of weights for \(x.columns) columns")
    (self.x, self.weights) = (x, weights)
  }
}

extension Tape {
  /// `y = x W + b`.
  ///
  /// - Parameters:
  ///   - x: `[rows, in]`.
  ///   - bias: `[out]`.
  ///   - out: where the result goes, if it has a place already.
  /// - Returns: `[rows, out]`.
  package func linear(
    _ x: Tensor, _ weights: WeightBlocks, bias: Parameter? = nil, into out: Tensor? = nil
  ) -> Tensor {
    linear(LinearPart(x, weights), bias: bias, into: out)
  }

  /// `y = Σ xᵢ Wᵢ + b`: the input in parts side by side.
  package func linear(
    _ first: LinearPart, _ second: LinearPart? = nil, bias: Parameter? = nil,
    into out: Tensor? = nil
  ) -> Tensor {
    let y = out ?? tensor(rows: first.x.rows, columns: first.weights.outputs, tracked: true)
    perform(
      LinearOperation(first: first, second: second, third: nil, y: y, bias: bias),
      accumulating: false)
    return y
  }

  /// `y += Σ xᵢ Wᵢ`: what further parts of a layer's input add to its result.
  ///
  /// - Parameter y: `[rows, out]`, which nothing has read yet.
  package func addLinear(
    _ first: LinearPart, _ second: LinearPart? = nil, _ third: LinearPart? = nil, to y: Tensor
  ) {
    perform(
      LinearOperation(first: first, second: second, third: third, y: y, bias: nil),
      accumulating: true)
  }

  /// The rows of a table that one-hot rows choose, `[rows, columns]`, as constants.
  ///
  /// - Parameters:
  ///   - table: `[classes, columns]`.
  ///   - choices: `[rows, classes]`.
  package func rows(of table: Tensor, chosenBy choices: Tensor) -> Tensor {
    let y = tensor(rows: choices.rows, columns: table.columns, tracked: false)
    GEMM.multiply(choices.valueMatrix, table.valueMatrix, into: y.valueMatrix)
    multiplyAdds += choices.values.count * table.columns
    return y
  }

  private func perform(_ operation: LinearOperation, accumulating: Bool) {
    operation.forward(self, accumulating: accumulating)
    record(operation)
  }
}

struct LinearOperation: TapeOperation {
  let first: LinearPart
  let second: LinearPart?
  let third: LinearPart?
  let y: Tensor
  let bias: Parameter?

  func forward(_ tape: Tape, accumulating: Bool) {
    let weights = first.weights
    precondition(
      y.columns == weights.outputs && y.rows == first.x.rows
        && (bias?.count ?? y.columns) == y.columns,
      "linear layer \(weights.inputs)→\(weights.outputs) from \(first.x.rows) rows to "
        + "\(y.rows)×\(y.columns)")
    let bias = bias.map(tape.values(of:))
    for group in 0..<weights.groups {
      multiply(
        group, into: weights.output(y.values, rows: y.rows, group: group),
        accumulating: accumulating,
        bias: bias?.slice(group * y.columns / weights.groups, count: y.columns / weights.groups)
          ?? .empty, tape)
    }
    tape.multiplyAdds +=
      first.multiplyAdds + (second?.multiplyAdds ?? 0) + (third?.multiplyAdds ?? 0)
  }

  /// One group's products, that with a sparse part after the others.
  private func multiply(
    _ group: Int, into c: Matrix, accumulating: Bool, bias: Region, _ tape: Tape
  ) {
    let sparse = first.x.isSparse ? first : second?.x.isSparse == true ? second : nil
    let dense = first.x.isSparse ? second : first
    if let dense {
      GEMM.multiplySum(
        dense.matrices(group, tape), sparse == nil ? second?.matrices(group, tape) : nil,
        third?.matrices(group, tape), into: c, accumulating: accumulating, bias: bias)
    }
    if let sparse {
      let (x, w) = sparse.matrices(group, tape)
      GEMM.multiplySparse(
        x, w, into: c, accumulating: accumulating || dense != nil,
        bias: dense == nil ? bias : .empty)
    }
  }

  func pullback(_ tape: Tape) {
    if let bias { Rows.addColumnSums(of: y.gradient, to: tape.trainedGradient(of: bias)) }
    first.pullback(tape, from: y)
    second?.pullback(tape, from: y)
    third?.pullback(tape, from: y)
  }
}

extension LinearPart {
  /// One group's share of the input and its weights.
  fileprivate func matrices(_ group: Int, _ tape: Tape) -> (Matrix, Matrix) {
    (
      weights.input(x.values, rows: x.rows, group: group), tape.matrix(of: weights.block(group))
    )
  }

  fileprivate var multiplyAdds: Int {
    x.rows * weights.rows.count * weights.parameter.columns * weights.groups
  }

  fileprivate func pullback(_ tape: Tape, from y: Tensor) {
    tape.multiplyAdds += x.isTracked ? 2 * multiplyAdds : multiplyAdds
    tape.products.append(
      WeightProduct(x: x.values, dy: y.gradient, rows: x.rows, weights: weights))
    if !x.isTracked { return }
    for group in 0..<weights.groups {
      tape.multiplyByTransposed(
        weights.output(y.gradient, rows: y.rows, group: group), weights.block(group),
        addingTo: weights.input(x.gradient, rows: x.rows, group: group))
    }
  }
}

/// `dW += xᵀ dy`, put off to the end of the sweep.
///
/// A layer inside a time loop has a handful of rows a step; over all steps together its weight
/// gradient is one large product instead of many small ones.
struct WeightProduct {
  let x: Region
  let dy: Region
  let rows: Int
  let weights: WeightBlocks
}

extension Tape {
  func matrix(of parameter: Parameter) -> Matrix {
    Matrix(values(of: parameter), rows: parameter.rows, columns: parameter.columns)
  }

  /// `c += dy Wᵀ`. Small products use a transposed copy of W, made once until the tape is reset; there is
  /// memory for one of each trained weight. A weight that outgrows the caches is not copied: it takes as
  /// long as the product itself.
  fileprivate func multiplyByTransposed(
    _ dy: Matrix, _ weight: Parameter, addingTo c: Matrix
  ) {
    guard weight.isTrained, weight.count <= 1 << 19,
      GEMM.isSmall(m: dy.rows, n: weight.rows, k: weight.columns)
    else {
      GEMM.multiply(dy, matrix(of: weight), transposeB: true, into: c, beta: 1)
      return
    }
    let copy = transposes.slice(weight.offset, count: weight.count)
    if transposed.insert(weight).inserted {
      copy.transpose(of: values(of: weight), rows: weight.rows, columns: weight.columns)
    }
    GEMM.multiply(dy, Matrix(copy, rows: weight.columns, columns: weight.rows), into: c, beta: 1)
  }

  /// Runs the products that the sweep put off, one for each weight, in the order of their first use.
  func multiplyPendingProducts() {
    productTargets.removeAll(keepingCapacity: true)
    for product in products where !productTargets.contains(product.weights) {
      productTargets.append(product.weights)
    }
    for weights in productTargets {
      for group in 0..<weights.groups { multiplyPendingProducts(of: weights, group: group) }
    }
    products.removeAll(keepingCapacity: true)
  }

  private func multiplyPendingProducts(of weights: WeightBlocks, group: Int) {
    joined.removeAll()
    for product in products where product.weights == weights {
      joined.append(
        weights.input(product.x, rows: product.rows, group: group),
        weights.output(product.dy, rows: product.rows, group: group))
    }
    let block = weights.block(group)
    joined.add(
      to: Matrix(trainedGradient(of: block), rows: block.rows, columns: block.columns))
  }
}
