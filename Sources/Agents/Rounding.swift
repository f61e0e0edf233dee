import Autodiff
import Distributions
import Kernels
import Randomness

/// The error with which the reference computes the means of two-hot distributions.
///
/// A mean sums terms `p · bin` whose bins reach 4.9e8 on either side. Early in training the two sides
/// are nearly equal, and what is left of them in single precision is mostly rounding: the reference's
/// imagined rewards and values are off by a few tenths for the first two hundred updates (measured with
/// its public code of May 2026, in float32 on a CPU). Our sums pair mirrored bins and have no such
/// error. It matters: while advantages are noise the policy stays uniform and meets rewards; without
/// it, the policy drifts on the first faint advantages, long before the world model knows what pays
/// (`Experiments/Learning`, "A fifth more steps").
package struct Rounding {
  /// Of a probability, as a part of it: `agent.imag_loss.rounding`.
  let scale: Float
  let draws: DrawSource
  /// Of imagination.
  let step: Int
  /// Of the rows in the whole batch.
  let numbering: RowNumbering

  package init(scale: Float, draws: DrawSource, step: Int, numbering: RowNumbering) {
    (self.scale, self.draws) = (scale, draws)
    (self.step, self.numbering) = (step, numbering)
  }

  /// Copies a mean with its error: normal, with `scale` times the distribution's ``meanTerms`` as its
  /// standard deviation. Fixed draws have none.
  ///
  /// - Parameters:
  ///   - name: of the head; each has draws of its own.
  ///   - target: `[rows]`.
  package func copyMean(
    of distribution: TwoHotDistribution, _ name: String, to target: Region, _ tape: Tape
  ) {
    target.copy(from: distribution.mean)
    guard scale > 0,
      case .random(let key, let rows) = draws.draw(
        "rounding of \(name)", step: step, rows: numbering)
    else { return }
    let mark = tape.arena.mark
    let noise = tape.arena.allocate(target.count)
    noise.fillNormal(key: key, rows: rows, columns: 1)
    target.add(noise, times: distribution.meanTerms, scale)
    tape.arena.rewind(to: mark)
  }
}
