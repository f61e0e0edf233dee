import Autodiff
import Kernels

/// Quantisation without a codebook: each number of a row is rounded to one of its levels (Mentzer et al.
/// 2023, arXiv:2309.15505). There is no loss to it, and no code that could die.
package struct FiniteScalarQuantization: Sendable, Equatable {
  let scalars: FiniteScalars

  /// - Parameter levels: of each number of a row, 2 or more.
  package init(levels: [Int]) { scalars = FiniteScalars(levels: levels) }

  package var levels: [Int] { scalars.levels }
  /// Codes: the product of the levels.
  package var codes: Int { scalars.codes }
  /// Numbers of a row.
  package var width: Int { levels.count }

  /// Rounds rows.
  ///
  /// - Parameter x: `[rows, levels]`.
  package func quantize(_ x: Tensor, _ tape: Tape) -> QuantizedScalars {
    precondition(x.columns == width, "\(x.rows)×\(x.columns) numbers of \(width) levels")
    let value = tape.tensor(rows: x.rows, columns: width, tracked: x.isTracked)
    let choices = tape.arena.allocate(x.rows)
    scalars.quantize(x.values, into: value.values, choices: choices)
    if value.isTracked { tape.record(RoundingOperation(scalars: scalars, x: x, y: value)) }
    return QuantizedScalars(choices: choices, value: value)
  }

  /// What codes stand for, `[rows, levels]`.
  package func values(of codes: [Int32]) -> [Float] {
    precondition(
      codes.allSatisfy { 0..<self.codes ~= Int($0) }, "a code that is none of \(self.codes)")
    let (choices, values) = (Storage(codes.map { Float($0) }), Storage(count: codes.count * width))
    return withExtendedLifetime((choices, values)) {
      scalars.values(of: choices.region, into: values.region)
      return values.region.array
    }
  }
}

extension FiniteScalarQuantization {
  /// The codes of values, `[rows, levels]`; of other numbers, those of values nearby.
  func codes(ofValues values: [Float]) -> [Int] {
    stride(from: 0, to: values.count, by: width).map { start in
      var (code, step) = (0, 1)
      for (column, count) in levels.enumerated() {
        let scale = Float(count / 2)
        let level = (values[start + column] * scale).rounded() + scale
        code += Int(max(0, min(Float(count - 1), level))) * step
        step *= count
      }
      return code
    }
  }
}

/// Rounded rows. It is read before its tape is reset.
package struct QuantizedScalars: Sendable {
  /// `[rows]`: which code, as floats.
  package let choices: Region
  /// `[rows, levels]`, in [-1, 1]. Its gradient goes to the rows as if nothing were rounded.
  package let value: Tensor

  /// The numbers of the codes.
  package var codes: [Int32] { choices.array.map { Int32($0) } }
}

struct RoundingOperation: TapeOperation {
  let scalars: FiniteScalars
  let x: Tensor
  let y: Tensor

  func pullback(_ tape: Tape) {
    scalars.pullback(x.values, from: y.gradient, dx: x.gradient)
  }
}
