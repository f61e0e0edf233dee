import Configuration
import Pendulum
import Testing
import TrainedAgents

@Suite("Presets")
struct ConfigurationPresetTests {
  @Test(
    "every preset is valid, alone and over every environment's",
    arguments: [
      nil, "gridworld/Empty-5x5", "pendulum/classic",
    ])
  func validity(task: String?) throws {
    for name in TrainingConfiguration.presetNames {
      let resolved = try TrainingConfiguration.resolve(task: task, presets: [name])
      #expect(resolved.origins.values.contains(.preset(name)), "\(name)")
    }
  }

  @Test(
    "sizes are the reference's",
    arguments: [
      ("size1m", 512, 64, 4, 4, 64), ("size12m", 2048, 256, 16, 16, 256),
      ("size25m", 3072, 384, 24, 24, 384), ("size50m", 4096, 512, 32, 32, 512),
      ("size100m", 6144, 768, 48, 48, 768), ("size200m", 8192, 1024, 64, 64, 1024),
      ("size400m", 12288, 1536, 96, 96, 1536),
    ])
  func sizes(
    name: String, deter: Int, hidden: Int, classes: Int, depth: Int, units: Int
  ) throws {
    let agent = try TrainingConfiguration.resolve(presets: [name]).configuration.agent
    #expect(agent.dyn.rssm.deter == deter)
    #expect(agent.dyn.rssm.hidden == hidden)
    #expect(agent.dyn.rssm.classes == classes)
    #expect(agent.dyn.rssm.stoch == 32)
    #expect([agent.enc.simple.depth, agent.dec.simple.depth] == [depth, depth])
    let allUnits = [
      agent.enc.simple.units, agent.dec.simple.units, agent.rewhead.units, agent.conhead.units,
      agent.policy.units, agent.value.units,
    ]
    #expect(allUnits.allSatisfy { $0 == units })
  }

  @Test("an environment's id brings its preset, one that has none brings nothing")
  func environments() throws {
    let grid = try TrainingConfiguration.resolve(task: "gridworld/Empty-Random-6x6").configuration
    #expect(grid.run.steps == 10_000)
    #expect(grid.agent.enc.simple.mults == [2, 3, 4])
    #expect(grid.agent.enc.simple.strided && grid.agent.dec.simple.strided)
    #expect(grid.agent.dyn.rssm.deter == 512)
    #expect(grid.env[PendulumEnvironments.self].size == 64)
    let pendulum = try TrainingConfiguration.resolve(task: "pendulum/classic").configuration
    #expect(pendulum.env[PendulumEnvironments.self].size == 32)
    var other = TrainingConfiguration()
    other.task = "elsewhere/x"
    #expect(try TrainingConfiguration.resolve(task: "elsewhere/x").configuration == other)
  }
}
