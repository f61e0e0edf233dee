import Autodiff
import Distributions
import Foundation
import Randomness
import TestSupport

/// The errors of the slopes by what a distribution is made of, as the first side of a divergence and as
/// the second, with the other side fixed.
///
/// - Parameter shapes: of what it is made of.
func divergenceErrors<D: ClosedDivergence>(
  _ shapes: [GradientCheck.Shape], _ make: @escaping (Tape, [Tensor]) -> D
) -> [Double] {
  [true, false].map { isFirst in
    GradientCheck(inputs: shapes) { tape, inputs, _ in
      // Tracked, so that a gradient that went to the wrong side would have a place to go to.
      let fixed = shapes.map { shape in
        let tensor = tape.tensor(rows: shape.rows, columns: shape.columns, tracked: true)
        tensor.values.copy(
          from: (0..<shape.rows * shape.columns).map { 0.5 * Float(sin(Double($0))) })
        return tensor
      }
      let (own, other) = (make(tape, inputs), make(tape, fixed))
      return [
        isFirst
          ? own.divergence(from: other, tape).trainingFirst
          : other.divergence(from: own, tape).trainingSecond
      ]
    }.relativeError(key: Key(seed: 4))
  }
}
