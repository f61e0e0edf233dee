/// `alpha · op(a) · op(b) + beta · c` by three loops in double precision: the twin of the GEMM
/// engine.
/// - Parameters:
///   - a: `[m, k]`, or `[k, m]` with `transposeA`.
///   - b: `[k, n]`, or `[n, k]` with `transposeB`.
///   - c: `[m, n]`, not read where `beta` is 0.
package func naiveProduct(
  _ a: [Float], transposeA: Bool, _ b: [Float], transposeB: Bool, c: [Float], m: Int, n: Int,
  k: Int, alpha: Float, beta: Float
) -> [Float] {
  var product = Array(repeating: Float(0), count: m * n)
  for row in 0..<m {
    for column in 0..<n {
      var sum = 0.0
      for inner in 0..<k {
        let left = transposeA ? a[inner * m + row] : a[row * k + inner]
        let right = transposeB ? b[column * k + inner] : b[inner * n + column]
        sum += Double(left) * Double(right)
      }
      let kept = beta == 0 ? 0 : Double(beta) * Double(c[row * n + column])
      product[row * n + column] = Float(Double(alpha) * sum + kept)
    }
  }
  return product
}
