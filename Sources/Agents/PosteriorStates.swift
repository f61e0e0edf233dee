import Autodiff
import Kernels
import Randomness
import WorldModels

/// The latent states of one episode that was followed with open eyes.
public struct PosteriorStates: Sendable {
  /// `[T, D]`.
  public let deter: [Float]
  /// `[T, Z]`.
  public let stoch: [Float]

  public init(deter: [Float], stoch: [Float]) { (self.deter, self.stoch) = (deter, stoch) }
}

extension Agent {
  /// Follows one episode from its reset on.
  ///
  /// - Parameters:
  ///   - observations: `[T, …]`.
  ///   - previousActions: `[T, A]` as replay stores them: what led to each row; the first is not
  ///     looked at.
  public func posteriorStates(
    _ observations: ObservationRows, previousActions: [Float], draws: DrawSource
  ) -> PosteriorStates {
    withInferenceTape { tape in
      let rows = observations.count
      let keep = tape.constant((0..<rows).map { $0 == 0 ? 0 : 1 }, rows: rows, columns: 1).values
      let states = worldModel.rssm.observe(
        tokens: worldModel.encoder(observations, tape),
        previousActions: tape.scaleRows(
          worldModel.actionInput(previousActions, tape), by: keep),
        keep: keep, from: worldModel.rssm.initialState(rows: 1, tape),
        using: { draws.draw("posterior", step: $0, rows: RowNumbering()) }, tape
      ).states
      return PosteriorStates(deter: states.deter.values.array, stoch: states.stoch.values.array)
    }
  }
}
