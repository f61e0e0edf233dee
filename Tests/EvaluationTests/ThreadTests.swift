import Agents
import EnvironmentInterface
import Evaluation
import Kernels
import Randomness
import TestSupport
import Testing
import TrainedAgents

@Suite("Evaluation on several threads")
struct ThreadTests {
  @Test("an evaluation gives the same on any number of threads", arguments: [2, 3])
  func evaluation(threads: Int) throws {
    var configuration = try TrainingConfiguration.resolve(presets: ["debug"]).configuration
    configuration.run.evalEnvs = 3
    configuration.run.evalEps = 7
    let agent = try Agent(
      configuration.agent, spaces: Walk().observationSpaces, actionSpace: Walk().actionSpace,
      key: Key(seed: 0))
    let plan = EvaluationPlan(configuration.run)
    let log = ThreadLog()
    let expected = try agent.evaluate(in: { Walk() }, plan)
    let evaluation = try agent.evaluate(
      in: { Walk(seconds: 2e-4, log: log) }, plan, pool: WorkerPool(threads: threads))
    #expect(evaluation == expected)
    #expect(evaluation.returns.count == 7)
    #expect(Set(evaluation.returns).count > 3)
    #expect(log.count > 1)
  }
}
