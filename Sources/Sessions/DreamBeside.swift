import Agents
import EnvironmentInterface
import Randomness
import TrainedAgents

/// A step of an agent at work, and what its model made of it without looking.
package struct WatchedStep: Sendable {
  let moment: AgentMoment
  /// The images of both.
  let comparison: Comparison
  /// The mean squared error of the dream's pixels; nil where there are none.
  let error: Double?
  /// Steps since the model last looked.
  let ahead: Int
  /// What the model expected: the reward of the step, and what is earned after it.
  let expectedReward: Float
  let value: Float
}

/// The dream of an agent at work: its model looks, goes on with shut eyes for some steps, told only what
/// the agent does, and looks again.
package struct DreamBeside: Sendable {
  /// Steps until it looks again.
  static let length = 15

  private let agent: Agent
  private let key: Key
  private let spaces: [ObservationSpace]
  private var dream: Dream?
  /// The moment before.
  private var last: (episode: Int, step: Int, action: Action?) = (0, 0, nil)

  /// - Parameter key: of the dream's draws; the agent's are others.
  package init(of agent: Agent, key: Key) {
    self.agent = agent
    self.key = key
    spaces = agent.spaces.filter(\.isImage)
  }

  /// Follows an agent; after a gap, or in another episode, the model looks.
  package mutating func follow(_ moment: AgentMoment) -> WatchedStep? {
    defer { last = (moment.episode, moment.step, moment.action) }
    guard let forecast = goOn(to: moment) ?? look(at: moment) else { return nil }
    let comparison = Comparison(
      spaces: spaces, dream: spaces.indices.map { forecast.image($0, of: spaces, row: 0) },
      world: moment.observation.images)
    return WatchedStep(
      moment: moment, comparison: comparison, error: comparison.error, ahead: dream?.ahead ?? 0,
      expectedReward: forecast.rewards[0], value: forecast.values[0])
  }

  /// With shut eyes; nil where it is time to look.
  private mutating func goOn(to moment: AgentMoment) -> Forecast? {
    guard var dream, let action = last.action,
      (moment.episode, moment.step - 1) == (last.0, last.1),
      dream.ahead < Self.length || moment.latents == nil
    else { return nil }
    defer { self.dream = dream }
    return dream.take([action])
  }

  private mutating func look(at moment: AgentMoment) -> Forecast? {
    guard let latents = moment.latents else { return nil }
    dream = Dream(
      of: agent, from: latents, firstStep: moment.step + 1,
      draws: .random(key.fold("dream beside").fold(moment.episode)))
    return agent.forecast(of: latents)
  }
}
