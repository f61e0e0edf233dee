/// The share of rewarded steps that the reward head knows: those where its prediction is nearer to
/// the reward than half of it. A head that always predicts 0 knows none.
///
/// - Parameters:
///   - predicted, actual: `[rows]` each.
/// - Returns: nil where no step is rewarded.
package func rewardRecall(predicted: some Sequence<Float>, actual: some Sequence<Float>) -> Float? {
  var (rewarded, known) = (0, 0)
  for (prediction, reward) in zip(predicted, actual) where reward != 0 {
    rewarded += 1
    if abs(prediction - reward) < abs(reward) / 2 { known += 1 }
  }
  return rewarded == 0 ? nil : Float(known) / Float(rewarded)
}
