import Autodiff
import Kernels

/// How rows are replaced by codes of a codebook (van den Oord et al. 2017, arXiv:1711.00937).
package struct VectorQuantization: Sendable, Equatable {
  /// How a gradient at the codes goes back to the rows.
  package enum Gradient: String, Sendable, CaseIterable {
    /// As it is: section 3.2 there.
    case straightThrough = "straight_through"
    /// Turned and scaled as the row is to its code (Fifty et al. 2024, arXiv:2410.06424).
    case rotation
  }

  /// K.
  package let codes: Int
  /// D: numbers of a code.
  package let width: Int
  /// Whether rows and codes are taken at length one, so that the angle between them decides.
  package let isCosine: Bool
  package let gradient: Gradient

  package init(
    codes: Int, width: Int, isCosine: Bool = false, gradient: Gradient = .straightThrough
  ) {
    precondition(
      1...Codebook.mostCodes ~= codes && width > 0, "\(codes) codes of \(width) numbers")
    (self.codes, self.width) = (codes, width)
    (self.isCosine, self.gradient) = (isCosine, gradient)
  }

  var measure: Codebook.Measure { isCosine ? .product : .distance }
}

/// Rows and the codes that stand for them. It is read before its tape is reset.
package struct QuantizedRows: Sendable {
  /// `[rows]`: which code, as floats.
  package let choices: Region
  /// `[rows, D]`: what was compared with the codes: the rows, with cosine at length one.
  package let inputs: Tensor
  /// `[rows, D]`: the codes. Their gradient goes to the rows and not to the codebook.
  package let value: Tensor
  /// `[rows, 1]`: the mean over D of `(sg q - x)²`. Its gradient goes to the rows alone.
  package let commitment: Tensor
  /// `[rows, 1]`: the mean over D of `(q - sg x)²`, the same values. Its gradient goes to the codebook
  /// alone, and nowhere where that is not trained.
  package let codebookLoss: Tensor

  /// The numbers of the codes.
  package var codes: [Int32] { choices.array.map { Int32($0) } }
}

extension Tape {
  /// Replaces rows by their nearest codes.
  ///
  /// Losses are means over D, and means over the batch are the caller's, so together means over all
  /// elements, as every implementation has them; the paper's equation 3 sums over D. Its β counts the
  /// commitment.
  ///
  /// - Parameters:
  ///   - x: `[rows, D]`.
  ///   - codebook: `[K, D]`: trained by the codebook loss, or untrained and moved by
  ///     ``CodebookAverages``.
  package func quantize(
    _ x: Tensor, _ codebook: Parameter, _ kind: VectorQuantization
  ) -> QuantizedRows {
    precondition(
      x.columns == kind.width && codebook.rows == kind.codes && codebook.columns == kind.width,
      "\(x.rows)×\(x.columns) and a codebook of \(codebook.rows)×\(codebook.columns) for "
        + "\(kind.codes) codes of \(kind.width)")
    let (inputs, choices) = assign(x, codebook, kind)
    let losses = quantizationLosses(of: inputs, choices, codebook, kind)
    return QuantizedRows(
      choices: choices, inputs: inputs, value: replace(inputs, choices, codebook, kind),
      commitment: losses.commitment, codebookLoss: losses.codebook)
  }

  /// What is compared with the codes, and the nearest of them.
  func assign(
    _ x: Tensor, _ codebook: Parameter, _ kind: VectorQuantization
  ) -> (inputs: Tensor, choices: Region) {
    let inputs = kind.isCosine ? normalizedRows(of: x) : x
    let choices = arena.allocate(x.rows)
    let mark = arena.mark
    Codebook.choose(
      inputs.values, from: codes(of: codebook, kind), width: kind.width, by: kind.measure,
      into: choices, arena)
    arena.rewind(to: mark)
    return (inputs, choices)
  }

  /// The codes as values whose gradient goes to the rows that chose them.
  func replace(
    _ inputs: Tensor, _ choices: Region, _ codebook: Parameter, _ kind: VectorQuantization
  ) -> Tensor {
    let y = tensor(rows: inputs.rows, columns: inputs.columns, tracked: inputs.isTracked)
    let found = withoutRecording { rows(choices, of: codebook, kind) }
    y.values.copy(from: found.values)
    if y.isTracked { record(QuantizationOperation(x: inputs, y: y, gradient: kind.gradient)) }
    return y
  }

  /// The mean square between rows and codes, once for either side: `[rows, 1]` each.
  func quantizationLosses(
    of inputs: Tensor, _ choices: Region, _ codebook: Parameter, _ kind: VectorQuantization
  ) -> (commitment: Tensor, codebook: Tensor) {
    let q = rows(choices, of: codebook, kind)
    return (meanSquare(inputs, to: q.values), meanSquare(q, to: inputs.values))
  }

  private func rows(
    _ choices: Region, of codebook: Parameter, _ kind: VectorQuantization
  ) -> Tensor {
    let found = look(up: choices, in: codebook)
    return kind.isCosine ? normalizedRows(of: found) : found
  }

  /// A codebook as rows are compared with it, `[K, D]`.
  private func codes(of codebook: Parameter, _ kind: VectorQuantization) -> Region {
    let values = values(of: codebook)
    guard kind.isCosine else { return values }
    let codes = arena.allocate(values.count)
    Rows.normalize(values, into: codes, lengths: arena.allocate(kind.codes))
    return codes
  }

  /// `[rows, 1]`: the mean over a row of the squared distance to a constant.
  private func meanSquare(_ x: Tensor, to target: Region) -> Tensor {
    let factor = 1 / Float(x.columns)
    guard x.isTracked else {
      return withoutRecording { scale(squaredError(x, target: target), by: factor) }
    }
    return scale(squaredError(x, target: target), by: factor)
  }
}

struct QuantizationOperation: TapeOperation {
  let x: Tensor
  let y: Tensor
  let gradient: VectorQuantization.Gradient

  func pullback(_ tape: Tape) {
    switch gradient {
    case .straightThrough: x.gradient.add(y.gradient)
    case .rotation:
      RotationTrick.pullback(
        x: x.values, code: y.values, rows: x.rows, from: y.gradient, dx: x.gradient)
    }
  }
}
