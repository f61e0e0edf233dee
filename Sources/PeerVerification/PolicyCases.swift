import Kernels
import LatentModels

/// Floors of divergences (`kl-policy`): of which part, before or after the batch's mean.
struct PolicyCase: PeerCase {
  private let file: PeerFile
  /// `[B, groups, dims]`.
  private let shape: [Int]

  init(_ file: PeerFile) throws {
    self.file = file
    shape = try file.shape("in/kl", axes: 3)
  }

  func compare(_ comparison: inout PeerComparison) throws {
    for scope in KLPolicy.Scope.allCases {
      for over in KLPolicy.Average.allCases {
        try compare(
          "\(scope.rawValue)_\(over.rawValue)", policy(scope, over, "\(scope.rawValue)"),
          &comparison)
      }
    }
    try compare("all_batch_below", policy(.all, .batch, "all_batch_below"), &comparison)
    var hinge = try policy(.all, .sample, "all")
    hinge.isHinge = true
    try compare("planet", hinge, &comparison)
  }

  private func policy(
    _ scope: KLPolicy.Scope, _ over: KLPolicy.Average, _ nats: String
  ) throws -> KLPolicy {
    var policy = KLPolicy()
    (policy.scope, policy.over) = (scope, over)
    policy.free = try file.number("in/lambda/\(nats)")
    return policy
  }

  private func compare(
    _ name: String, _ policy: KLPolicy, _ comparison: inout PeerComparison
  ) throws {
    let (count, width) = (shape[0], shape[1] * shape[2])
    let kl = Storage(try file.floats("in/kl", shape))
    let (loss, gradient) = (Storage(count: count), Storage(count: count * width))
    try withExtendedLifetime((kl, loss, gradient)) {
      policy.apply(
        to: kl.region, groups: shape[1],
        batchMeans: policy.batchMeans(
          [policy.columnSums(of: kl.region, width: width)], rows: count),
        share: 1 / Float(count), loss: loss.region, gradient: gradient.region)
      try comparison.compare(
        loss.region.sum / Double(count), "out/\(name)", in: "free bits")
      try comparison.compareGradient(
        of: name, by: "in/kl", gradient.region.array, shape: shape, in: "free bits")
    }
  }
}

/// Schedules of the divergence's weight (`schedule`).
struct ScheduleCase: PeerCase {
  private struct Facts: Decodable {
    let cycles: Int
    let ratio: Double
    let k: Double
    let middle: Int
  }

  private let file: PeerFile
  private let facts: Facts
  /// T.
  private let steps: Int

  init(_ file: PeerFile) throws {
    self.file = file
    facts = try file.specification(Facts.self)
    steps = try file.shape("out/linear", axes: 1)[0]
    try file.require(
      1...steps ~= facts.cycles, "\(facts.cycles) cycles, and there are \(steps) steps")
    try file.require(facts.ratio > 0 && facts.ratio <= 1, "the ratio \(facts.ratio)")
    try file.require(1...1_000_000 ~= facts.middle, "the middle \(facts.middle)")
    try file.require(facts.k.isFinite, "the k \(facts.k)")
  }

  func compare(_ comparison: inout PeerComparison) throws {
    try compare("linear", factors(.linear, steps: facts.middle), &comparison)
    try compare("sigmoid", factors(.sigmoid, steps: facts.middle), &comparison)
    try compare("cyclical_linear", factors(.cyclical, steps: steps), &comparison)
    try compare("cyclical_sigmoid", factors(.cyclicalSigmoid, steps: steps), &comparison)
    let cyclical = annealing(.cyclical, steps: steps)
    let peer = (0..<steps).map { cyclical.factor(at: $0 - start(of: $0)) }
    try compare("cyclical_peer", peer, &comparison)
  }

  private func annealing(_ kind: Annealing.Kind, steps: Int) -> Annealing {
    var annealing = Annealing(kind)
    (annealing.steps, annealing.cycles) = (steps, facts.cycles)
    (annealing.ratio, annealing.slope) = (facts.ratio, facts.k)
    return annealing
  }

  private func factors(_ kind: Annealing.Kind, steps length: Int) -> [Float] {
    let annealing = annealing(kind, steps: length)
    return (0..<steps).map { annealing.factor(at: $0) }
  }

  /// Where the cycle of a step begins in the code beside the paper, which rounds down where the paper
  /// rounds a cycle's length up.
  private func start(of step: Int) -> Int {
    (0..<facts.cycles).map { $0 * steps / facts.cycles }.last { $0 <= step } ?? 0
  }

  private func compare(
    _ name: String, _ factors: [Float], _ comparison: inout PeerComparison
  ) throws {
    try comparison.compare(factors, "out/\(name)", shape: [steps], in: "schedules")
  }
}
