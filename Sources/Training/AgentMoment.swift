import Agents
import EnvironmentInterface

/// An agent at work: what it has before it, what it makes of that, and what it does next.
public struct AgentMoment: Sendable {
  /// The number of the episode, from 1.
  public let episode: Int
  /// Steps since the episode began.
  public let step: Int
  public let observation: Observation
  /// Of the step that led here.
  public let reward: Float
  /// The sum of the episode's rewards.
  public let earned: Double
  /// Whether the episode ends here, and if so with success; nil where the world defines none.
  public let isLast: Bool
  public let success: Bool?
  /// What the agent holds to be so, having looked: `[1, …]`; nil where it looks no more.
  public let latents: LatentStates?
  /// What it does next; nil at an episode's end.
  public let action: Action?
}
