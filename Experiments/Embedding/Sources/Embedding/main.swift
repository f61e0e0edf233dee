import Agents
import EnvironmentInterface
import Foundation
import Randomness
import TrainedAgents

guard CommandLine.arguments.count == 2 else {
  print("usage: Embedding RUN")
  exit(64)
}

let trained = try TrainedAgent(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
let policy = ActingPolicy(trained.agent, count: 1)
var world = try trained.makeEnvironment()
var observation = world.makeObservation()

let key = Key(seed: 0)
var step = try world.reset(key: key.fold("episode"), into: &observation)
var (rewards, length) = (0.0, 0)
while !step.isLast {
  let decision = try policy.act(
    [observation], isFirst: [step.isFirst], draws: .random(key.fold("policy")), step: length)
  step = try world.step(decision.actions[0], into: &observation)
  rewards += step.reward
  length += 1
}
print("\(world.id): return \(rewards) in \(length) steps")
