import Autodiff
import Kernels
import Randomness

/// Compares a tape's gradient with finite differences along a random direction.
///
/// The function's outputs are projected on random vectors, and the projection is summed in double
/// precision. At a random point the slope along a random direction is computed twice: from the
/// tape's gradient, and by a five-point central difference (Fornberg 1988, table 1; error O(h⁴)).
package struct GradientCheck {
  /// Rows, columns and typical magnitude of an input or parameter.
  package struct Shape: Sendable {
    package var rows: Int
    package var columns: Int
    package var magnitude: Float

    package init(_ rows: Int, _ columns: Int, magnitude: Float = 1) {
      self.rows = rows
      self.columns = columns
      self.magnitude = magnitude
    }

    var count: Int { rows * columns }
  }

  /// Builds the function on a tape: tracked inputs and parameters in, outputs out.
  ///
  /// An output's values are projected and its gradient is set, so that a tensor made of one
  /// operation's values and another's gradient states what the gradient should be of.
  package typealias Function = (Tape, [Tensor], [Parameter]) -> [Tensor]

  /// What makes one number of the outputs.
  package enum Projection: Sendable {
    /// A product with random numbers.
    case random
    /// A sum: for functions that have set gradients of one themselves.
    case sum
  }

  let inputs: [Shape]
  let parameters: [Shape]
  let function: Function

  package init(inputs: [Shape], parameters: [Shape] = [], _ function: @escaping Function) {
    self.inputs = inputs
    self.parameters = parameters
    self.function = function
  }

  /// What one attempt found.
  private struct Slopes {
    var tape: Double
    var difference: Double
    /// The same with half the step.
    var finer: Double
    /// How much the slope jumps at the point.
    var kink: Double
    /// The slope that a random direction has on average.
    var typical: Double
  }

  /// The relative error of the tape's slope.
  ///
  /// A direction that is nearly orthogonal to the gradient, or that crosses a kink (of a maximum)
  /// within the step, says nothing at single precision; then another point is drawn, whether or not
  /// the two slopes agree.
  ///
  /// - Returns: `|tape - difference| / |difference|`; infinity where no point was usable or
  ///   the tape has a slope where the function is constant.
  package func relativeError(
    step: Float = 1e-2, projection: Projection = .random, key: Key
  ) -> Double {
    var isConstant = true
    for attempt in 0..<40 {
      let slopes = slopes(
        step: attempt < 10 ? step : step / 4, projection, key: key.fold(attempt))
      let size = abs(slopes.difference)
      if size == 0 && slopes.finer == 0 {
        if slopes.typical > 0 { return .infinity }
        continue
      }
      isConstant = false
      let doubt = max(abs(slopes.finer - slopes.difference), slopes.kink)
      if size < 0.2 * slopes.typical || doubt > 5e-4 * size { continue }
      return abs(slopes.tape - slopes.difference) / size
    }
    return isConstant ? 0 : .infinity
  }

  private func slopes(step: Float, _ projection: Projection, key: Key) -> Slopes {
    let point = draw(key.fold("point")) { $0.magnitude }
    let direction = draw(key.fold("direction")) { $0.magnitude }
    let weights = key.fold("projection")
    let gradient = gradient(at: point, projection, key: weights)
    func value(_ factor: Float) -> Double {
      self.value(
        at: zip(point, direction).map { $0 + factor * $1 }, projection, key: weights)
    }
    func difference(_ h: Float) -> Double {
      (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * Double(h))
    }
    // f(h) - 2f(0) + f(-h) over h: for a smooth function it halves with h, at a kink it does not.
    func bend(_ h: Float) -> Double { (value(h) - 2 * value(0) + value(-h)) / Double(h) }
    let products = zip(gradient, direction).map { Double($0) * Double($1) }
    return Slopes(
      tape: products.reduce(0, +), difference: difference(step), finer: difference(step / 2),
      kink: abs(bend(step / 2) - bend(step) / 2),
      typical: products.reduce(0) { $0 + $1 * $1 }.squareRoot())
  }

  private func draw(_ key: Key, magnitude: (Shape) -> Float) -> [Float] {
    var generator = Generator(key: key)
    return (inputs + parameters).flatMap { shape in
      (0..<shape.count).map { _ in magnitude(shape) * Float(generator.normal()) }
    }
  }

  private func value(at point: [Float], _ projection: Projection, key: Key) -> Double {
    let run = TapeFixture(inputs: inputs, parameters: parameters, point: point)
    var weights = Weights(projection, key: key)
    return withExtendedLifetime(run) {
      function(run.tape, run.inputs, run.parameters).reduce(0.0) { sum, output in
        output.values.array.reduce(sum) { $0 + Double($1) * Double(weights.next()) }
      }
    }
  }

  private func gradient(at point: [Float], _ projection: Projection, key: Key) -> [Float] {
    let run = TapeFixture(inputs: inputs, parameters: parameters, point: point)
    var weights = Weights(projection, key: key)
    for output in function(run.tape, run.inputs, run.parameters) {
      output.gradient.copy(from: output.values.array.map { _ in weights.next() })
    }
    run.tape.backward()
    return run.gradient
  }
}

/// What the outputs' numbers count, one after the other.
private struct Weights {
  private let projection: GradientCheck.Projection
  private var generator: Generator

  init(_ projection: GradientCheck.Projection, key: Key) {
    self.projection = projection
    generator = Generator(key: key)
  }

  mutating func next() -> Float {
    projection == .sum ? 1 : Float(generator.normal())
  }
}
