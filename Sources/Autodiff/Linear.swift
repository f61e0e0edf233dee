import Kernels

extension Tape {
  /// `y = x W + b`, or with `groups` its block-diagonal form: contiguous groups of features have a
  /// matrix each.
  ///
  /// - Parameters:
  ///   - x: `[rows, in]`.
  ///   - weight: `[in, out]`, or `[groups · in / groups, out / groups]`.
  ///   - bias: `[out]`.
  ///   - addend: `[rows, out]` to add: the product of another part of the input, computed before.
  ///   - out: where the result goes, if it has a place already.
  /// - Returns: `[rows, out]`.
  public func linear(
    _ x: Tensor, weight: Parameter, bias: Parameter? = nil, groups: Int = 1,
    adding addend: Tensor? = nil, into out: Tensor? = nil
  ) -> Tensor {
    let outputs = weight.columns * groups
    precondition(
      x.columns == weight.rows && (bias?.count ?? outputs) == outputs,
      "linear layer \(weight.rows)→\(outputs) on \(x.columns) columns")
    let y = out ?? tensor(rows: x.rows, columns: outputs, tracked: true)
    if let addend { y.values.copy(from: addend.values) }
    let operation = LinearOperation(
      x: x, y: y, weight: weight, bias: bias, groups: groups, addend: addend)
    operation.forward(self, accumulating: addend != nil)
    record(.linear(operation))
    return y
  }
}

struct LinearOperation {
  let x: Tensor
  let y: Tensor
  let weight: Parameter
  let bias: Parameter?
  let groups: Int
  let addend: Tensor?

  func forward(_ tape: Tape, accumulating: Bool) {
    let blocks = blocks(tape.values(of: weight))
    GEMM.multiplyBatch(
      count: groups, block(x.values, of: x), blocks, into: block(y.values, of: y),
      strides: (x.columns / groups, blocks.rows * blocks.columns, y.columns / groups),
      beta: accumulating ? 1 : 0)
    if let bias { Rows.add(bias: tape.values(of: bias), to: y.values, columns: y.columns) }
  }

  func pullback(_ tape: Tape) {
    if let bias { Rows.addColumnSums(of: y.gradient, to: tape.trainedGradient(of: bias)) }
    if let addend, addend.isTracked { addend.gradient.add(y.gradient) }
    tape.products.append(
      WeightProduct(x: x.values, dy: y.gradient, rows: x.rows, weight: weight, groups: groups))
    if !x.isTracked { return }
    let blocks = blocks(tape.values(of: weight))
    GEMM.multiplyBatch(
      count: groups, block(y.gradient, of: y), blocks, transposeB: true,
      into: block(x.gradient, of: x),
      strides: (y.columns / groups, blocks.rows * blocks.columns, x.columns / groups), beta: 1)
  }

  /// The first block's weights.
  private func blocks(_ values: Region) -> Matrix {
    Matrix(values, rows: weight.rows / groups, columns: weight.columns)
  }

  /// The first block's columns of a tensor's values or gradient.
  private func block(_ region: Region, of tensor: Tensor) -> Matrix {
    Matrix(region, rows: tensor.rows, columns: tensor.columns / groups, stride: tensor.columns)
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
  let weight: Parameter
  let groups: Int

  func multiply(into gradient: Region) {
    let (inputs, outputs) = (weight.rows / groups, weight.columns)
    GEMM.multiplyBatch(
      count: groups,
      Matrix(x, rows: rows, columns: inputs, stride: weight.rows), transposeA: true,
      Matrix(dy, rows: rows, columns: outputs, stride: outputs * groups),
      into: Matrix(gradient, rows: inputs, columns: outputs),
      strides: (inputs, outputs, inputs * outputs), beta: 1)
  }
}

extension Tape {
  /// Runs the products that the sweep put off, one for each weight, in the order of their first use.
  func multiplyPendingProducts() {
    productTargets.removeAll(keepingCapacity: true)
    for product in products where !productTargets.contains(where: { $0.weight == product.weight }) {
      productTargets.append(product)
    }
    for target in productTargets {
      let rows = products.reduce(0) { $0 + ($1.weight == target.weight ? $1.rows : 0) }
      let gradient = trainedGradient(of: target.weight)
      if rows == target.rows {
        target.multiply(into: gradient)
      } else {
        let mark = arena.mark
        joined(target.weight, groups: target.groups, rows: rows).multiply(into: gradient)
        arena.rewind(to: mark)
      }
    }
    products.removeAll(keepingCapacity: true)
  }

  /// All rows of a weight's products, copied together.
  private func joined(_ weight: Parameter, groups: Int, rows: Int) -> WeightProduct {
    let outputs = weight.columns * groups
    let x = arena.allocate(rows * weight.rows)
    let dy = arena.allocate(rows * outputs)
    var row = 0
    for product in products where product.weight == weight {
      let range = row..<row + product.rows
      x.rows(range, columns: weight.rows).copy(from: product.x)
      dy.rows(range, columns: outputs).copy(from: product.dy)
      row += product.rows
    }
    return WeightProduct(x: x, dy: dy, rows: rows, weight: weight, groups: groups)
  }
}
