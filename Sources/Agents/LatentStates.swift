/// Latent states of some rows as plain numbers: what a memory keeps, a probe reads, a rollout begins from.
public struct LatentStates: Sendable, Equatable {
  /// `[rows, D]`.
  public var deter: [Float]
  /// `[rows, Z]`: samples of the latents.
  public var stoch: [Float]

  /// States of the same rows.
  public init(deter: [Float], stoch: [Float]) {
    self.deter = deter
    self.stoch = stoch
  }
}
