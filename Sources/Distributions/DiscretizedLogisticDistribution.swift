import Autodiff
import DensityKernels
import Kernels
import Randomness

/// Discretised logistic distributions, one for each number of a row: pixels whose values lie on a grid in
/// [-1, 1] (Kingma et al. 2016, arXiv:1606.04934; NVlabs/NVAE, `DiscLogistic`).
package struct DiscretizedLogisticDistribution: Distribution {
  /// `[rows, columns]`.
  package let mean: Tensor
  /// `[rows, columns]`.
  package let logScale: Tensor
  package let grid: DiscretizedLogistic

  package var parameters: [Tensor] { [mean, logScale] }
  package var rows: Int { mean.rows }
  package var columns: Int { mean.columns }

  package init(mean: Tensor, logScale: Tensor, _ grid: DiscretizedLogistic) {
    precondition(
      mean.rows == logScale.rows && mean.columns == logScale.columns,
      "\(mean.rows)×\(mean.columns) means, \(logScale.rows)×\(logScale.columns) scales")
    (self.mean, self.logScale, self.grid) = (mean, logScale, grid)
  }

  /// Draws that lie between the grid's values, through which no gradient goes. A fixed draw is the mean
  /// and so many standard deviations.
  package func sample(_ draw: Draw, into value: Tensor, _ tape: Tape) {
    let mark = tape.arena.mark
    let places = tape.arena.allocate(rows * columns)
    switch draw {
    case .random(let key, let numbering):
      places.fillUniform(key: key, rows: numbering, columns: columns)
    case .fixed(let deviations): places.fill(LogisticMixture.place(deviations: deviations))
    }
    grid.sample(values, places: places, into: value.values)
    tape.arena.rewind(to: mark)
  }

  /// - Parameter value: constants on the grid, `[rows, columns]`.
  package func logProbability(of value: Tensor, _ tape: Tape) -> Tensor {
    precondition(!value.isTracked, "the gradient of a value on a grid")
    let result = tape.column(rows: rows)
    grid.logProbability(values, value: value.values, into: result.values)
    if mean.isTracked || logScale.isTracked {
      tape.record(DiscretizedLogisticOperation(distribution: self, value: value, result: result))
    }
    return result
  }

  var values: DiscretizedLogistic.Parameters {
    .init(mean: mean.values, logScale: logScale.values)
  }
}

struct DiscretizedLogisticOperation: TapeOperation {
  let distribution: DiscretizedLogisticDistribution
  let value: Tensor
  let result: Tensor

  func pullback(_ tape: Tape) {
    distribution.grid.pullback(
      distribution.values, value: value.values, from: result.gradient,
      into: .init(
        mean: distribution.mean.gradient, logScale: distribution.logScale.gradient))
  }
}
