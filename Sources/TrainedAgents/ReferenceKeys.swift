/// What the reference's configuration (danijar/dreamerv3, configs.yaml) has and this program does not.
package enum ReferenceKeys {
  /// Where the same thing is said otherwise.
  private static let elsewhere: [(key: String, words: String)] = [
    ("logdir", "the run's folder is --logdir"),
    ("run.from_checkpoint", "a checkpoint to begin with is --from"),
    ("script", "it is the command: dreamer train, dreamer evaluate"),
    ("jax.platform", "all is computed on the CPU: leave it out"),
    ("jax.compute_dtype", "all is computed in single precision: leave it out"),
  ]

  /// What has no counterpart; a name that ends in a point stands for all in it.
  private static let absent = [
    "clock_addr", "clock_port", "errfile", "ipv6", "method", "random_agent", "replica", "replicas",
    "jax.", "logger.", "env.atari.", "env.atari100k.", "env.crafter.", "env.dmc.", "env.dmlab.",
    "env.loconav.", "env.minecraft.", "env.procgen.", "env.bsuite.", "env.memmaze.",
    "replay.priosignal", "replay.save_wait", "run.actor_addr", "run.actor_batch",
    "run.actor_threads", "run.agent_process", "run.debug", "run.duration", "run.episode_timeout",
    "run.logger_addr", "run.remote_envs", "run.remote_replay", "run.replay_addr", "run.usage.",
  ]

  /// What to say of a key of theirs; nil where it is none that is known.
  package static func advice(for key: String) -> String? {
    if let found = elsewhere.first(where: { $0.key == key }) { return found.words }
    let isAbsent = absent.contains {
      $0.hasSuffix(".") ? key.hasPrefix($0) || key + "." == $0 : key == $0
    }
    return isAbsent ? "it is the reference's and has no counterpart here: leave it out" : nil
  }
}
