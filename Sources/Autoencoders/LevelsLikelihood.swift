import Autodiff
import Distributions
import Kernels
import Randomness

/// Pixels whose numbers are one of some levels, with a probability each (van den Oord et al. 2016,
/// arXiv:1601.06759, section 3.3).
struct LevelsLikelihood: Likelihood {
  private let frame: FrameSize
  private let count: Int

  init(_ settings: PixelConfiguration, _ frame: FrameSize) {
    (self.frame, count) = (frame, settings.levels)
  }

  var scale: PixelScale { .unit }
  var outputChannels: Int { count * frame.channels }
  var levels: Int? { count }

  private func distribution(_ output: Tensor, _ tape: Tape) -> CategoricalDistribution {
    CategoricalDistribution(
      logits: output.reshaped(rows: output.rows * frame.count, columns: count), classes: count, tape
    )
  }

  /// - Parameter frames: a byte b is of level `b · levels / 256`.
  func logProbability(of frames: Tensor, _ output: Tensor, _ tape: Tape) -> Tensor {
    let numbers = frames.values.array
    let chosen = tape.zeros(rows: numbers.count, columns: count)
    for (row, number) in numbers.enumerated() { chosen.values[row * count + level(number)] = 1 }
    let result = distribution(output, tape).logProbability(of: chosen, tape)
    return tape.rowSums(of: result.reshaped(rows: frames.rows, columns: frame.count))
  }

  private func level(_ number: Float) -> Int {
    let byte = Int((number * 255).rounded())
    return min(max(byte * count / 256, 0), count - 1)
  }

  /// A level as a share of 255: the middle of its bytes.
  private func share(_ level: Int) -> Float {
    (Float(2 * level + 1) * 256 / Float(2 * count) - 0.5) / 255
  }

  func mean(_ output: Tensor, _ tape: Tape) -> [Float] {
    let probabilities = distribution(output, tape).probabilities.array
    let shares = (0..<count).map(share)
    return stride(from: 0, to: probabilities.count, by: count).map { start in
      zip(probabilities[start..<start + count], shares).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }

  func sample(_ output: Tensor, _ draw: Draw, _ tape: Tape) -> [Float] {
    let chosen = distribution(output, tape).sample(draw, tape).values.array
    return stride(from: 0, to: chosen.count, by: count).map { start in
      share((chosen[start..<start + count].firstIndex(of: 1) ?? start) - start)
    }
  }
}
