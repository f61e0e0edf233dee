import Agents
import EnvironmentInterface
import LatentModels
import Testing
import Training

@Suite("Warnings of collapse")
struct CollapseWatchTests {
  /// An agent with 32 latents of 4 classes.
  private func names(
    _ values: [String: Double], updates: Int = 1000, actions: ActionSpace = .discrete(count: 4)
  ) -> [String] {
    watch(actions).warnings(values, updates: updates).map(\.name)
  }

  private func watch(_ actions: ActionSpace = .discrete(count: 4)) -> CollapseWatch {
    CollapseWatch(
      PolicyConfiguration(), latent: CategoricalLatent(count: 32, classes: 4, unimix: 0.01),
      actionSpace: actions)
  }

  /// The averages of a run that goes well.
  private let healthy: [String: Double] = [
    "report/latents/active": 20, "report/latents/dead_share": 0.3,
    "report/latents/perplexity": 2.5, "train/kl_free": 0.6, "report/recon/image/posterior": 10,
    "report/recon/image/prior": 15, "train/rew_recall": 0.9, "train/ent/action": 0.5,
  ]

  @Test("a run that goes well gets none")
  func healthyRun() {
    #expect(names(healthy, updates: 100_000) == [])
    #expect(names([:], updates: 100_000) == [])
  }

  @Test(
    "each sign has a warning of its own",
    arguments: [
      (["report/latents/active": 1], "posterior_collapse"),
      (["report/latents/dead_share": 0.74, "report/latents/perplexity": 1.03], "dead_codes"),
      (["train/kl_free": 0.995, "report/recon/image/prior": 21], "stuck_divergence"),
      (["train/rew_recall": 0.0], "blind_reward"),
      (["train/ent/action": 0.001], "policy_entropy_lost"),
    ])
  func signs(changes: [String: Double], name: String) {
    let values = healthy.merging(changes) { $1 }
    #expect(names(values) == [name])
    #expect(names(values, updates: 999) == [])
  }

  @Test("just short of a sign there is no warning")
  func bounds() {
    for changes in [
      ["report/latents/active": 1.6], ["report/latents/dead_share": 0.71],
      ["train/kl_free": 0.99, "report/recon/image/prior": 21],
      ["train/kl_free": 1, "report/recon/image/prior": 20], ["train/rew_recall": 0.01],
      ["train/ent/action": 0.003],
    ] { #expect(names(healthy.merging(changes) { $1 }) == []) }
  }

  @Test("a policy that is still as random as at first is a sign after 5000 updates")
  func random() {
    let values = healthy.merging(["train/ent/action": 1.386]) { $1 }
    #expect(names(values, updates: 4999) == [])
    #expect(names(values, updates: 5000) == ["policy_entropy_high"])
  }

  /// One normal action with deviations of 0.1 to 1 has an entropy of -0.8836 to 1.4189 nats.
  @Test("a continuous policy's entropy is measured from its smallest to its largest deviation")
  func continuous() {
    let actions = ActionSpace.continuous(low: [-2], high: [2])
    func entropy(_ value: Double) -> [String] {
      names(["train/ent/action": value], updates: 5000, actions: actions)
    }
    #expect(entropy(-0.883) == ["policy_entropy_lost"])
    #expect(entropy(-0.87) == [])
    #expect(entropy(1.40) == [])
    #expect(entropy(1.415) == ["policy_entropy_high"])
  }

  @Test("of codes without a divergence no free nats are advised")
  func codes() {
    let watch = CollapseWatch(
      PolicyConfiguration(), latent: FiniteScalarLatent(count: 32, levels: [2, 2], unimix: 0),
      actionSpace: .discrete(count: 4))
    let texts = watch.warnings(
      [
        "report/latents/active": 0, "report/latents/dead_share": 0.75,
        "report/latents/perplexity": 1.04,
      ], updates: 1000
    ).map(\.text)
    #expect(texts.count == 2)
    #expect(texts.allSatisfy { $0.contains("raise agent.loss_scales.rec") })
    #expect(!texts.contains { $0.contains("free_nats") || $0.contains("unimix") })
  }

  @Test("warnings say what is seen and what to try")
  func texts() {
    let values: [String: Double] = [
      "report/latents/active": 0, "report/latents/dead_share": 0.75,
      "report/latents/perplexity": 1.04, "train/kl_free": 1, "report/recon/image/posterior": 10,
      "report/recon/image/prior": 35, "train/rew_recall": 0, "train/ent/action": 0,
    ]
    #expect(
      watch().warnings(values, updates: 1000).map(\.text) == [
        "the posterior has collapsed: 0 of 32 latents depend on what is seen; raise "
          + "agent.dyn.rssm.free_nats or lower agent.loss_scales.rep, and see whether the "
          + "observations change at all",
        "the latents' codes are dead: 75 % of the classes are hardly ever meant, the perplexity is "
          + "1 of 4; raise agent.dyn.rssm.unimix or agent.dyn.rssm.free_nats",
        "the divergence is stuck at the free nats in 100 % of the rows, so the prior does not "
          + "learn, though what it predicts of image is 3.5 times as wrong as what the posterior "
          + "says; lower agent.dyn.rssm.free_nats",
        "the reward head predicts 0 % of the rewarded steps, so imagination has no rewards; raise "
          + "agent.loss_scales.rew or run.train_ratio, and see whether rewards are very small "
          + "(env.wrap.reward_scale) or depend on what is not observed",
        "the policy's entropy is at its smallest, 0 % of its range, so it explores no more; unless "
          + "the returns are what you want, raise agent.imag_loss.actent or agent.policy.mix",
      ])
  }
}
