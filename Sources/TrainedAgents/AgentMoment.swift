import Agents
import EnvironmentInterface

/// An agent at work: what it has before it, what it makes of that, and what it does next.
public struct AgentMoment: Sendable {
  /// The number of the episode, from 1.
  public let episode: Int
  /// Steps since the episode began.
  public let step: Int
  /// What the world shows.
  public let observation: Observation
  /// Of the step that led here.
  public let reward: Float
  /// The sum of the episode's rewards.
  public let earned: Double
  /// Whether the episode ends here.
  public let isLast: Bool
  /// At the episode's end, whether it succeeded; nil before, and where no success is defined.
  public let success: Bool?
  /// What the agent holds to be so, having looked: `[1, …]`; nil where it looks no more.
  public let latents: LatentStates?
  /// What it does next; nil at an episode's end.
  public let action: Action?

  package init(
    episode: Int, step: Int, observation: Observation, reward: Float, earned: Double, isLast: Bool,
    success: Bool?, latents: LatentStates?, action: Action?
  ) {
    (self.episode, self.step, self.observation) = (episode, step, observation)
    (self.reward, self.earned, self.isLast, self.success) = (reward, earned, isLast, success)
    (self.latents, self.action) = (latents, action)
  }
}
