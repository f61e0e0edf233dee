import Autodiff
import DensityKernels
import Kernels
import Randomness

/// Mixtures of discretised logistic distributions: pixels whose values lie on a grid in [-1, 1]
/// (Salimans et al. 2017, arXiv:1701.05517, section 2). A row is a pixel.
package struct LogisticMixtureDistribution: Distribution {
  /// `[rows, mixture.width]`; the kernel says in which order.
  package let raw: Tensor
  package let mixture: LogisticMixture

  package var parameters: [Tensor] { [raw] }
  package var rows: Int { raw.rows }
  package var columns: Int { mixture.channels }

  package init(_ raw: Tensor, _ mixture: LogisticMixture) {
    precondition(
      raw.columns == mixture.width, "\(raw.columns) parameters for \(mixture.width) of a pixel")
    (self.raw, self.mixture) = (raw, mixture)
  }

  /// Draws that lie between the grid's values, through which no gradient goes. A fixed draw is of the
  /// likeliest component: its mean and so many of its standard deviations.
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let mark = tape.arena.mark
    let places = tape.arena.allocate(rows * columns)
    switch draw {
    case .random(let key, let numbering):
      places.fillUniform(key: key.fold("places"), rows: numbering, columns: columns)
    case .fixed(let deviations): places.fill(LogisticMixture.place(deviations: deviations))
    }
    mixture.sample(
      raw.values, choices: tape.uniforms(draw, rows: rows, columns: mixture.components),
      places: places, into: value.values)
    tape.arena.rewind(to: mark)
  }

  /// - Parameter value: constants on the grid, `[rows, C]`.
  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    precondition(!value.isTracked, "the gradient of a value on a grid")
    let result = tape.column(rows: rows)
    mixture.logProbability(raw.values, value: value.values, into: result.values)
    if raw.isTracked {
      tape.record(LogisticMixtureOperation(distribution: self, value: value, result: result))
    }
    return result
  }
}

struct LogisticMixtureOperation: TapeOperation {
  let distribution: LogisticMixtureDistribution
  let value: Tensor
  let result: Tensor

  func pullback(_ tape: Tape) {
    distribution.mixture.pullback(
      distribution.raw.values, value: value.values, from: result.gradient,
      into: distribution.raw.gradient)
  }
}
