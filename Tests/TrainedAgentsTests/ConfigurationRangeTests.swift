import Configuration
import Testing
import TrainedAgents

@Suite("The ranges of a training configuration")
struct ConfigurationRangeTests {
  /// A pattern that means no key would be a rule that holds nothing.
  @Test("every pattern means a key that there is")
  func patterns() {
    let keys = TrainingConfiguration.keys
    for (pattern, _) in TrainingConfiguration.ranges {
      let means = keys.contains { key in
        if pattern.hasSuffix(".*") { return key.hasPrefix(pattern.dropLast()) }
        return key == pattern
      }
      #expect(means, "\(pattern)")
    }
  }

  /// What the rules were when all stood in one list, by pattern over groups: each still reaches the keys
  /// that have this last part.
  @Test(
    "a rule reaches its key in every group",
    arguments: [
      "act", "norm", "winit", "units", "layers", "outscale", "unimix", "depth", "kernel", "bins",
      "deter", "hidden", "stoch", "classes", "imglayers", "obslayers", "dynlayers", "blocks",
      "free_nats", "balance", "bspace", "lam", "actent", "slowreg", "rate", "limit", "perclo",
      "perchi",
    ])
  func groups(part: String) {
    let ruled = Set(TrainingConfiguration.ranges.map(\.pattern))
    let keys = TrainingConfiguration.keys.filter { $0.hasSuffix(".\(part)") }
    #expect(!keys.isEmpty)
    for key in keys { #expect(ruled.contains(key), "\(key)") }
  }
}
