import Foundation

/// Normal distributions with a full covariance `L Lᵀ`, given by its Cholesky factor.
///
/// `L` has a positive diagonal, `[rows, D]`, and a strict lower triangle, `[rows, D (D - 1) / 2]`, row
/// by row: `(1,0), (2,0), (2,1), …`. Empty gradients are left alone. What solves systems of equations
/// works in ``scratch`` numbers of the caller's.
package enum FullNormal {
  /// Numbers of `scratch` for factors of a size.
  package static func scratch(size: Int) -> Int { 2 * size * (size + 1) }

  /// Means and Cholesky factors, or their gradients.
  package struct Parameters: Sendable {
    /// `[rows, D]`, as `diagonal`.
    package let mean: Region
    package let lower: Region
    package let diagonal: Region
    /// D.
    package let size: Int

    package init(mean: Region, lower: Region, diagonal: Region, size: Int) {
      let rows = size > 0 ? diagonal.count / size : 0
      precondition(
        mean.count == diagonal.count && lower.count == rows * size * (size - 1) / 2,
        "\(mean.count) means, \(lower.count) and \(diagonal.count) numbers of factors of \(size)")
      (self.mean, self.lower, self.diagonal, self.size) = (mean, lower, diagonal, size)
    }

    var rows: Int { size > 0 ? diagonal.count / size : 0 }

    fileprivate func factor(_ row: Int) -> Factor {
      Factor(
        size: size, lower: lower.base + row * size * (size - 1) / 2,
        diagonal: diagonal.base + row * size)
    }

    fileprivate func mean(_ row: Int) -> UnsafeMutablePointer<Float> { mean.base + row * size }
  }

  /// `value = mean + L noise`.
  package static func sample(_ p: Parameters, noise: Region, into value: Region) {
    check(p, noise, value)
    for row in 0..<p.rows {
      let (factor, start) = (p.factor(row), row * p.size)
      for i in 0..<p.size {
        var sum = p.mean.base[start + i]
        for j in 0...i { sum += factor[i, j] * noise.base[start + j] }
        value.base[start + i] = sum
      }
    }
  }

  /// Adds what a gradient at a sample is at the parameters.
  package static func samplePullback(_ gradient: Parameters, noise: Region, from g: Region) {
    check(gradient, noise, g)
    for row in 0..<gradient.rows {
      let (factor, start) = (gradient.factor(row), row * gradient.size)
      for i in 0..<gradient.size {
        gradient.mean.base[start + i] += g.base[start + i]
        for j in 0...i { factor.add(g.base[start + i] * noise.base[start + j], i, j) }
      }
    }
  }

  /// `-½ |u|² - Σ ln L_ii - D/2 ln 2π` with `u = L⁻¹ (x - m)`, in nats: `[rows]`.
  package static func logDensity(
    _ p: Parameters, value: Region, into density: Region, scratch: Region
  ) {
    check(p, value, value, scratch)
    let u = scratch.base
    for row in 0..<p.rows {
      let factor = p.factor(row)
      difference(value.base + row * p.size, p.mean(row), p.size, into: u)
      factor.solve(u)
      density.base[row] =
        -0.5 * (0..<p.size).reduce(0) { $0 + u[$1] * u[$1] } - factor.logDeterminant
        - Float(p.size) * halfLogTwoPi
    }
  }

  /// Adds what a gradient at the log-density is: with `v = L⁻ᵀ u`, it is `v` at the mean, `v uᵀ` less
  /// the inverse diagonal at `L`, and `-v` at the value.
  package static func logDensityPullback(
    _ p: Parameters, value: Region, from g: Region, into gradient: Parameters, dvalue: Region,
    scratch: Region
  ) {
    check(p, value, value, scratch)
    let (u, v) = (scratch.base, scratch.base + p.size)
    for row in 0..<p.rows {
      let (factor, into, g) = (p.factor(row), gradient.factor(row), g.base[row])
      difference(value.base + row * p.size, p.mean(row), p.size, into: u)
      factor.solve(u)
      v.update(from: u, count: p.size)
      factor.solveTransposed(v)
      for i in 0..<p.size {
        gradient.mean.base[row * p.size + i] += g * v[i]
        dvalue.accumulate(-g * v[i], at: row * p.size + i)
        for j in 0...i { into.add(g * (v[i] * u[j] - (i == j ? 1 / factor[i, i] : 0)), i, j) }
      }
    }
  }

  /// `Σ ln L_ii + D/2 (1 + ln 2π)`, in nats: `[rows]`.
  package static func entropy(_ p: Parameters, into entropy: Region) {
    for row in 0..<p.rows {
      entropy.base[row] =
        p.factor(row).logDeterminant + Float(p.size) * (0.5 + halfLogTwoPi)
    }
  }

  /// Adds what a gradient at the entropy is at the diagonal.
  package static func entropyPullback(_ p: Parameters, from g: Region, ddiagonal: Region) {
    for index in 0..<p.diagonal.count {
      ddiagonal.base[index] += g.base[index / p.size] / p.diagonal.base[index]
    }
  }

  /// `KL(q ‖ p) = ½ [|P⁻¹L|² + |P⁻¹(m_p - m_q)|² - D] + Σ ln P_ii - Σ ln L_ii` with q's factor `L` and
  /// p's factor `P`, in nats: `[rows]`.
  package static func divergence(
    _ q: Parameters, _ p: Parameters, into kl: Region, scratch: Region
  ) {
    check(q, p, scratch)
    precondition(kl.count == q.rows, "\(kl.count) divergences of \(q.rows) rows")
    for row in 0..<q.rows {
      let quotient = Quotient(q, p, row, in: scratch.base)
      let squares = (0..<q.size * (q.size + 1)).reduce(0 as Float) {
        $0 + quotient.memory[$1] * quotient.memory[$1]
      }
      kl.base[row] =
        0.5 * (squares - Float(q.size)) + p.factor(row).logDeterminant
        - q.factor(row).logDeterminant
    }
  }

  /// Adds what a gradient at `KL(q ‖ p)` is at q: with `A = P⁻¹L`, `w = P⁻¹(m_p - m_q)`, it is `-P⁻ᵀw` at
  /// the mean, `P⁻ᵀA` less the inverse diagonal at `L`.
  package static func divergencePullback(
    first q: Parameters, _ p: Parameters, from g: Region, into gradient: Parameters,
    scratch: Region
  ) {
    check(q, p, scratch)
    for row in 0..<q.rows {
      let quotient = Quotient(q, p, row, in: scratch.base)
      quotient.solveTransposed(p.factor(row))
      let (factor, into, g) = (q.factor(row), gradient.factor(row), g.base[row])
      for i in 0..<q.size {
        gradient.mean.base[row * q.size + i] -= g * quotient.distance[i]
        for j in 0...i {
          into.add(g * (quotient.column(j)[i] - (i == j ? 1 / factor[i, i] : 0)), i, j)
        }
      }
    }
  }

  /// Adds what a gradient at `KL(q ‖ p)` is at p: `P⁻ᵀw` at the mean, and at `P` the inverse diagonal less
  /// `P⁻ᵀ(A Aᵀ + w wᵀ)`.
  package static func divergencePullback(
    second p: Parameters, of q: Parameters, from g: Region, into gradient: Parameters,
    scratch: Region
  ) {
    check(q, p, scratch)
    for row in 0..<p.rows {
      let quotient = Quotient(q, p, row, in: scratch.base)
      let solved = quotient.copy(to: scratch.base + p.size * (p.size + 1))
      solved.solveTransposed(p.factor(row))
      let (factor, into, g) = (p.factor(row), gradient.factor(row), g.base[row])
      for i in 0..<p.size {
        gradient.mean.base[row * p.size + i] += g * solved.distance[i]
        for j in 0...i {
          var sum = solved.distance[i] * quotient.distance[j]
          for k in 0..<p.size { sum += solved.column(k)[i] * quotient.column(k)[j] }
          into.add(g * ((i == j ? 1 / factor[i, i] : 0) - sum), i, j)
        }
      }
    }
  }

  private static let halfLogTwoPi = Float(0.5 * log(2 * Double.pi))

  private static func check(_ p: Parameters, _ a: Region, _ b: Region, _ scratch: Region? = nil) {
    precondition(
      a.count == p.rows * p.size && b.count == a.count
        && scratch.map { $0.count >= self.scratch(size: p.size) } ?? true,
      "\(a.count) and \(b.count) numbers for \(p.rows) rows of \(p.size)")
  }

  private static func check(_ q: Parameters, _ p: Parameters, _ scratch: Region) {
    precondition(
      q.size == p.size && q.rows == p.rows && scratch.count >= self.scratch(size: q.size),
      "\(q.rows) rows of \(q.size) and \(p.rows) of \(p.size)")
  }

  private static func difference(
    _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ count: Int,
    into u: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<count { u[index] = a[index] - b[index] }
  }

  /// One row's `L`.
  fileprivate struct Factor {
    let size: Int
    let lower: UnsafeMutablePointer<Float>
    let diagonal: UnsafeMutablePointer<Float>

    subscript(i: Int, j: Int) -> Float { i == j ? diagonal[i] : lower[i * (i - 1) / 2 + j] }

    /// Adds to an element.
    func add(_ value: Float, _ i: Int, _ j: Int) {
      if i == j { diagonal[i] += value } else { lower[i * (i - 1) / 2 + j] += value }
    }

    var logDeterminant: Float { (0..<size).reduce(0) { $0 + log(diagonal[$1]) } }

    /// `x = L⁻¹ x`.
    func solve(_ x: UnsafeMutablePointer<Float>) {
      for i in 0..<size {
        for j in 0..<i { x[i] -= self[i, j] * x[j] }
        x[i] /= diagonal[i]
      }
    }

    /// `x = L⁻ᵀ x`.
    func solveTransposed(_ x: UnsafeMutablePointer<Float>) {
      for i in (0..<size).reversed() {
        for j in i + 1..<max(size, i + 1) { x[i] -= self[j, i] * x[j] }
        x[i] /= diagonal[i]
      }
    }
  }

  /// `P⁻¹L` by its columns and `P⁻¹(m_p - m_q)` of a row.
  fileprivate struct Quotient {
    let size: Int
    /// The columns one after the other, then the distance.
    let memory: UnsafeMutablePointer<Float>

    init(_ q: Parameters, _ p: Parameters, _ row: Int, in memory: UnsafeMutablePointer<Float>) {
      (size, self.memory) = (q.size, memory)
      let (l, divisor) = (q.factor(row), p.factor(row))
      for column in 0..<size {
        let x = self.column(column)
        for i in 0..<size { x[i] = i >= column ? l[i, column] : 0 }
        divisor.solve(x)
      }
      difference(p.mean(row), q.mean(row), size, into: distance)
      divisor.solve(distance)
    }

    private init(size: Int, memory: UnsafeMutablePointer<Float>) {
      (self.size, self.memory) = (size, memory)
    }

    func column(_ index: Int) -> UnsafeMutablePointer<Float> { memory + index * size }
    var distance: UnsafeMutablePointer<Float> { column(size) }

    func copy(to other: UnsafeMutablePointer<Float>) -> Quotient {
      other.update(from: memory, count: size * (size + 1))
      return Quotient(size: size, memory: other)
    }

    func solveTransposed(_ divisor: Factor) {
      for index in 0...size { divisor.solveTransposed(column(index)) }
    }
  }
}
