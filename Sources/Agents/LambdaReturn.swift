/// λ-returns of `count` sequences side by side (ALGORITHM section 9b).
///
/// Sutton and Barto 2018, equation 12.18, with the bootstrap of the step that the reward belongs to:
/// ```
/// live_t = (1 - terminal_t) · discount        cut_t = 1 - last_t
/// R_t    = r_{t+1} + live_{t+1} [ (1 - cut_{t+1} λ) v_{t+1} + cut_{t+1} λ R_{t+1} ]
/// R_L-1  = v_{L-1}
/// ```
///
/// - Parameters:
///   - rewards: `[L, count]`, time first, as are the others. The first row is not used.
///   - bootstrap: `[L, count]`, the value `v` at each step.
///   - terminal: `[L, count]`, the probability that nothing follows a step.
///   - last: `[L, count]`, 1 where a sequence breaks off and what follows belongs to another.
/// - Returns: `[L - 1, count]`.
package func lambdaReturns(
  rewards: [Float], bootstrap: [Float], terminal: [Float], last: [Float], count: Int,
  discount: Float, lambda: Float
) -> [Float] {
  precondition(
    count > 0 && rewards.count % count == 0 && rewards.count >= count
      && bootstrap.count == rewards.count && terminal.count == rewards.count
      && last.count == rewards.count,
    "λ-returns of \(rewards.count) rewards, \(bootstrap.count) values in \(count) sequences")
  let steps = rewards.count / count - 1
  var returns = [Float](repeating: 0, count: steps * count)
  for sequence in 0..<count {
    var next = bootstrap[steps * count + sequence]
    for t in stride(from: steps - 1, through: 0, by: -1) {
      let i = (t + 1) * count + sequence
      let live = (1 - terminal[i]) * discount
      let mixed = (1 - last[i]) * lambda
      next = rewards[i] + (1 - mixed) * live * bootstrap[i] + live * mixed * next
      returns[t * count + sequence] = next
    }
  }
  return returns
}

/// What each imagined step counts: the probability of getting there (ALGORITHM section 9, 4).
///
/// `w_t = (1 / discount) Π_{i ≤ t} discount · c_i`: the root's own continue probability counts, and the
/// outcome of the step's own action does not.
///
/// - Parameter continues: `[L, count]`, time first.
/// - Returns: `[L, count]`.
package func imaginationWeights(continues: [Float], count: Int, discount: Float) -> [Float] {
  var weights = continues
  for i in continues.indices {
    weights[i] = i < count ? continues[i] : weights[i - count] * discount * continues[i]
  }
  return weights
}
