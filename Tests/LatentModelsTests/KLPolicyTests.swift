import Kernels
import LatentModels
import TestSupport
import Testing

@Suite("policies of divergences")
struct KLPolicyTests {
  private func apply(
    _ policy: KLPolicy, _ kl: [Float], rows: Int, groups: Int, shards: Int = 1, share: Float
  ) -> (loss: [Float], gradient: [Float]) {
    let width = kl.count / rows
    let parts = (0..<shards).map { shard in
      (rows * shard / shards..<rows * (shard + 1) / shards)
    }
    let regions = parts.map { part in
      keptRegion(Array(kl[part.lowerBound * width..<part.upperBound * width]))
    }
    let means = policy.batchMeans(
      regions.map { policy.columnSums(of: $0, width: width) }, rows: rows)
    var (losses, gradients): ([Float], [Float]) = ([], [])
    for (part, region) in zip(parts, regions) {
      let (loss, gradient) = (keptRegion(count: part.count), keptRegion(count: region.count))
      policy.apply(
        to: region, groups: groups, batchMeans: means, share: share, loss: loss,
        gradient: gradient)
      losses += loss.array
      gradients += gradient.array
    }
    return (losses, gradients)
  }

  private func policy(
    _ scope: KLPolicy.Scope, _ over: KLPolicy.Average, free: Float, isHinge: Bool = false
  ) -> KLPolicy {
    var policy = KLPolicy()
    (policy.scope, policy.over, policy.free, policy.isHinge) = (scope, over, free, isHinge)
    return policy
  }

  @Test("all floors and the hinge against the golden file, in one shard and in two")
  func golden() throws {
    let file = try GoldenTensors("kl-policy")
    let shape = file.shape("in/kl")
    for (name, policy) in [
      ("dim_batch", policy(.dim, .batch, free: file["in/lambda/dim"][0])),
      ("dim_sample", policy(.dim, .sample, free: file["in/lambda/dim"][0])),
      ("group_batch", policy(.group, .batch, free: file["in/lambda/group"][0])),
      ("group_sample", policy(.group, .sample, free: file["in/lambda/group"][0])),
      ("all_batch", policy(.all, .batch, free: file["in/lambda/all"][0])),
      ("all_sample", policy(.all, .sample, free: file["in/lambda/all"][0])),
      ("all_batch_below", policy(.all, .batch, free: file["in/lambda/all_batch_below"][0])),
      ("planet", policy(.all, .sample, free: file["in/lambda/all"][0], isHinge: true)),
    ] {
      for shards in [1, 2] {
        let found = apply(
          policy, file["in/kl"], rows: shape[0], groups: shape[1], shards: shards,
          share: 1 / Float(shape[0]))
        let mean = found.loss.reduce(0.0) { $0 + Double($1) } / Double(shape[0])
        #expect(file.error([Float(mean)], "out/\(name)") <= 1, "\(name)")
        if name == "all_batch_below" {
          #expect(found.gradient.allSatisfy { $0 == 0 })
        } else {
          #expect(file.error(found.gradient, "grad/\(name)/kl") <= 1, "\(name)")
        }
      }
    }
  }

  /// Two rows of two groups of two: (1, 3 | 0, 2) and (2, 0 | 1, 0); means 1.5, 1.5, 0.5, 1.
  ///
  /// Floors of 1.25: dims' means count 1.5 + 1.5 + 1.25 + 1.25 = 5.5; rows' dims 1.25 + 3 + 1.25 + 2 = 7.5 and
  /// 2 + 3 · 1.25 = 5.75; groups' means 3 + 1.5; rows' groups 4 + 2 and 2 + 1.25.
  @Test("floors of dimensions and groups worked by hand")
  func literal() {
    let kl: [Float] = [1, 3, 0, 2, 2, 0, 1, 0]
    func run(
      _ scope: KLPolicy.Scope, _ over: KLPolicy.Average
    ) -> (loss: [Float], gradient: [Float]) {
      apply(policy(scope, over, free: 1.25), kl, rows: 2, groups: 2, share: 0.5)
    }
    let dimBatch = run(.dim, .batch)
    #expect(dimBatch.loss == [5.5, 5.5])
    #expect(dimBatch.gradient == [0.5, 0.5, 0, 0, 0.5, 0.5, 0, 0])
    let dimSample = run(.dim, .sample)
    #expect(dimSample.loss == [7.5, 5.75])
    #expect(dimSample.gradient == [0, 0.5, 0, 0.5, 0.5, 0, 0, 0])
    let groupBatch = run(.group, .batch)
    #expect(groupBatch.loss == [4.5, 4.5])
    #expect(groupBatch.gradient == [Float](repeating: 0.5, count: 8))
    let groupSample = run(.group, .sample)
    #expect(groupSample.loss == [6, 3.25])
    #expect(groupSample.gradient == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0])
  }

  @Test("at the floor itself there is no gradient; without one there always is")
  func edges() {
    for over in KLPolicy.Average.allCases {
      let held = apply(policy(.all, over, free: 2), [1, 1], rows: 1, groups: 1, share: 1)
      #expect(held.loss == [2] && held.gradient == [0, 0])
      // Rounding makes divergences negative.
      let open = apply(policy(.dim, over, free: 0), [-1e-7, 0], rows: 1, groups: 1, share: 1)
      #expect(open.gradient == [1, 1])
      let hinge = apply(
        policy(.dim, over, free: 0, isHinge: true), [0.5, 0], rows: 1, groups: 1, share: 1)
      #expect(hinge.loss == [0.5] && hinge.gradient == [1, 1])
    }
  }

  @Test("the weight counts in the gradient, and a balance divides it between the sides")
  func weights() {
    var policy = policy(.all, .sample, free: 0)
    policy.weight = 4
    let result = apply(policy, [1, 2], rows: 1, groups: 1, share: 0.5)
    #expect(result.loss == [3] && result.gradient == [2, 2])
    #expect(policy.shares(0.5).posterior == 0.5 && policy.shares(0.5).prior == 0.5)
    policy.balance = 0.75
    #expect(policy.shares(0.5).posterior == 0.125 && policy.shares(0.5).prior == 0.375)
  }
}
