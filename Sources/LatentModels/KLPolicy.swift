import Kernels

/// How divergences of single dimensions become a loss: what they count, and which of them are left alone.
///
/// A divergence is `[rows, groups · dims]` in nats. Free bits λ keep a part of it from being pressed
/// below λ nats: of each dimension, of each group of dimensions (Kingma et al. 2016, arXiv:1606.04934,
/// eq. 15) or of all together; of each row's, or of the batch's mean. These are six objectives with six
/// gradients: DreamerV1 has `all` over `batch`, DreamerV2 without `free_avg` and DreamerV3 `all` over
/// `sample`. PlaNet takes the nats off instead: `max(0, Σ - λ)`.
///
/// The gradient is passed on where a part is above λ, and is exactly zero where it is not.
///
/// Shards need three steps: each gives ``columnSums(of:width:)``, these become ``batchMeans(_:rows:)`` of
/// the whole batch, and with them each shard gets its losses and gradients from ``apply(to:…)``.
package struct KLPolicy: Sendable, Equatable {
  /// What λ is the bound of.
  package enum Scope: String, Sendable, CaseIterable { case dim, group, all }
  /// What is compared with λ.
  package enum Average: String, Sendable, CaseIterable { case batch, sample }

  /// β (Higgins et al. 2017).
  package var weight: Float = 1
  /// λ in nats; 0 for no floor, for rounding makes divergences near zero negative.
  package var free: Float = 0
  package var scope = Scope.all
  package var over = Average.sample
  /// PlaNet's: what is free does not count.
  package var isHinge = false
  /// What of a divergence that is given for both sides trains the prior (Hafner et al. 2021,
  /// arXiv:2010.02193, "KL balancing"), in (0, 1); nil where both sides get the whole gradient.
  package var balance: Float?

  package init() {}

  /// The sums of a shard's columns. - Parameter kl: `[rows, width]`.
  package func columnSums(of kl: Region, width: Int) -> [Double] { kl.columnSums(width: width) }

  /// The means of a batch's columns from its shards' sums, in the order of shards.
  ///
  /// - Parameter rows: of the whole batch.
  package func batchMeans(_ sums: [[Double]], rows: Int) -> [Double] {
    let width = sums.first?.count ?? 0
    return (0..<width).map { column in
      sums.reduce(0) { $0 + $1[column] } / Double(max(rows, 1))
    }
  }

  /// A shard's losses, and the gradient of their weighted sum.
  ///
  /// The mean of the losses over the batch is the objective without its weight β; where λ is over the
  /// batch, every row has that mean.
  ///
  /// - Parameters:
  ///   - kl: `[rows, groups · dims]`.
  ///   - groups: of dimensions, of one size.
  ///   - batchMeans: `[groups · dims]`, used over the batch alone.
  ///   - share: what a row counts, β apart: one over the batch's rows, times what ``Annealing`` says.
  ///   - loss: `[rows]`, written.
  ///   - gradient: `[rows, groups · dims]`, written.
  package func apply(
    to kl: Region, groups: Int, batchMeans: [Double], share: Float, loss: Region, gradient: Region
  ) {
    let width = kl.count / max(loss.count, 1)
    if loss.isEmpty { return }
    let floors = floors(width: width, groups: groups)
    switch over {
    case .sample: floors.apply(to: kl, weight: weight * share, loss: loss, gradient: gradient)
    case .batch:
      floors.apply(toMeans: batchMeans, weight: weight * share, loss: loss, gradient: gradient)
    }
  }

  private func floors(width: Int, groups: Int) -> PartFloors {
    precondition(groups > 0 && width % groups == 0, "\(groups) groups of \(width) dimensions")
    let part =
      switch scope {
      case .dim: 1
      case .group: width / groups
      case .all: width
      }
    return PartFloors(
      width: width, part: part, bound: free > 0 ? free : -.infinity, isHinge: isHinge)
  }

  /// What a divergence counts that is given twice, with a gradient to the posterior alone and with one to
  /// the prior alone.
  ///
  /// - Parameter share: as above.
  package func shares(_ share: Float) -> (posterior: Float, prior: Float) {
    guard let balance else { return (share, share) }
    return (share * (1 - balance), share * balance)
  }
}
