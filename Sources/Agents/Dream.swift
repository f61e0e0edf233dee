import EnvironmentInterface
import Randomness

/// A model with shut eyes in the midst of one sequence: is told what is done, and says what comes.
///
/// Step by step it imagines what ``Agent/forecast(from:steps:actions:firstStep:draws:)`` does at
/// once.
package struct Dream: Sendable {
  package let agent: Agent
  /// Steps since the model last looked.
  package private(set) var ahead = 0
  private var latents: LatentStates
  private let firstStep: Int
  private let draws: DrawSource

  /// - Parameters:
  ///   - latents: `[1, …]`: where it begins.
  ///   - firstStep: the number of the first imagined step in the draws' addresses.
  package init(
    of agent: Agent, from latents: LatentStates, firstStep: Int = 0, draws: DrawSource
  ) {
    self.agent = agent
    self.latents = latents
    self.firstStep = firstStep
    self.draws = draws
  }

  /// Goes on.
  ///
  /// - Parameter actions: what is done, one after the other; at least one.
  /// - Returns: what each of them leads to.
  package mutating func take(_ actions: [Action]) -> Forecast {
    precondition(!actions.isEmpty, "a dream of no action")
    let forecast = agent.forecast(
      from: latents, steps: actions.count,
      actions: .given(actions.flatMap { agent.actionSpace.networkRow($0) }),
      firstStep: firstStep + ahead, draws: draws)
    latents = forecast.latents(at: actions.count - 1)
    ahead += actions.count
    return forecast
  }
}
