import Autodiff
import Kernels
import Randomness
import WorldModels

extension Agent {
  /// Follows one episode from its reset on.
  ///
  /// - Parameters:
  ///   - observations: `[T, …]`.
  ///   - previousActions: `[T, A]` as replay stores them: what led to each row; the first is not
  ///     looked at.
  package func posteriorStates(
    _ observations: ObservationRows, previousActions: [Float], draws: DrawSource
  ) -> LatentStates {
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
      return LatentStates(deter: states.deter.values.array, stoch: states.stoch.values.array)
    }
  }
}
