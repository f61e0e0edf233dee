import Agents

extension AgentConfiguration {
  /// One of the reference's sizes.
  init(deter: Int, hidden: Int, classes: Int, depth: Int, units: Int) {
    self.init()
    (dyn.rssm.deter, dyn.rssm.hidden, dyn.rssm.classes) = (deter, hidden, classes)
    (enc.simple.depth, enc.simple.units) = (depth, units)
    (dec.simple.depth, dec.simple.units) = (depth, units)
    (rewhead.units, conhead.units, policy.units, value.units) = (units, units, units, units)
  }

  static let size1m = AgentConfiguration(deter: 512, hidden: 64, classes: 4, depth: 4, units: 64)
  static let size12m = AgentConfiguration(
    deter: 2048, hidden: 256, classes: 16, depth: 16, units: 256)

  /// An agent that computes in no time.
  static var tiny: AgentConfiguration {
    var tiny = AgentConfiguration(deter: 16, hidden: 8, classes: 4, depth: 4, units: 16)
    (tiny.dyn.rssm.stoch, tiny.dyn.rssm.blocks) = (4, 4)
    tiny.imagLength = 5
    return tiny
  }
}
