// Arithmetic on whole regions. Operands have equal counts.

extension Region {
  /// `self += other`.
  package func add(_ other: Region) {
    precondition(other.count == count, "adding \(other.count) floats to \(count)")
    kernels.add(other.base, base, count)
  }

  /// `self += factor · other`.
  package func add(_ factor: Float, times other: Region) {
    precondition(other.count == count, "adding \(other.count) floats to \(count)")
    kernels.axpy(factor, other.base, base, count)
  }

  /// `self += factor · a · b`, elementwise.
  package func add(_ a: Region, times b: Region, _ factor: Float = 1) {
    precondition(
      a.count == count && b.count == count, "\(a.count) times \(b.count) floats to \(count)")
    for index in 0..<count { base[index] += factor * a.base[index] * b.base[index] }
  }

  /// `self = weight · other + (1 - weight) · self`, an exponential average.
  package func blend(_ weight: Float, of other: Region) {
    precondition(other.count == count, "blending \(other.count) floats with \(count)")
    for index in 0..<count {
      base[index] = weight * other.base[index] + (1 - weight) * base[index]
    }
  }

  /// The sum of squares, in double precision.
  package var sumOfSquares: Double { kernels.sum_of_squares(base, count) }

  /// The sum, in double precision.
  package var sum: Double {
    var total = 0.0
    for index in 0..<count { total += Double(base[index]) }
    return total
  }

  /// How many are at most `bound`.
  package func countAtMost(_ bound: Float) -> Int {
    UnsafeBufferPointer(start: base, count: count).count(where: { $0 <= bound })
  }

  /// `self = sign(x) ln(1 + |x|)`.
  package func symlog(of x: Region) {
    precondition(x.count == count, "symlog of \(x.count) floats into \(count)")
    kernels.symlog(x.base, base, count)
  }

  /// `self = sigmoid(self)`.
  package func sigmoid() {
    NormActivation(Normalization(kind: .none), .sigmoid)
      .forward(self, scale: .empty, shift: .empty, columns: count, into: self)
  }

  /// `self = xᵀ`.
  ///
  /// - Parameter x: `[rows, columns]`.
  package func transpose(of x: Region, rows: Int, columns: Int) {
    precondition(
      x.count == rows * columns && count == x.count,
      "transposing \(rows)×\(columns) of \(x.count) floats into \(count)")
    kernels.transpose(x.base, base, rows, columns)
  }

  /// `self = x / max(1, |x|)`, elementwise: clips to [-1, 1].
  package func clipToUnit(_ x: Region) {
    precondition(x.count == count, "clipping \(x.count) floats into \(count)")
    kernels.clip_to_unit(x.base, base, count)
  }
}

/// Operations on the rows of row-major matrices. Shapes are checked once a call.
package enum Rows {
  /// `sums += Σ_r x[r]`. - Parameter x: `[rows, columns]`.
  package static func addColumnSums(of x: Region, to sums: Region) {
    precondition(sums.count > 0 && x.count % sums.count == 0, "sums of \(sums.count) columns")
    kernels.add_column_sums(x.base, sums.base, x.count / sums.count, sums.count)
  }

  /// `sums[r] += Σ_c x[r, c]`. - Parameter x: `[rows, columns]`.
  package static func addRowSums(of x: Region, to sums: Region) {
    let columns = sums.isEmpty ? 0 : x.count / sums.count
    precondition(x.count == sums.count * columns, "sums of \(sums.count) rows")
    for row in 0..<sums.count {
      var sum: Float = 0
      for column in 0..<columns { sum += x.base[row * columns + column] }
      sums.base[row] += sum
    }
  }

  /// `x[r, c] += values[r, c]`, where values of one row or of one column stand for all.
  ///
  /// - Parameters:
  ///   - values: `[rows, 1]` or `[1, columns]`, as `x` without gaps.
  ///   - x: `[rows, columns]`.
  package static func spread(_ values: Matrix, into x: Matrix) {
    let (byRow, byColumn) = (values.rows == x.rows, values.columns == x.columns)
    precondition(
      (byRow || values.rows == 1) && (byColumn || values.columns == 1)
        && x.stride == x.columns && values.stride == values.columns,
      "\(values.rows)×\(values.columns) numbers for \(x.rows)×\(x.columns)")
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        x.region.base[row * x.columns + column] +=
          values.region.base[(byRow ? row : 0) * values.columns + (byColumn ? column : 0)]
      }
    }
  }

  /// `y[r] = factors[r] · x[r]`, or `y[r] += …` with `accumulating`.
  package static func scale(
    _ x: Region, by factors: Region, into y: Region, accumulating: Bool = false
  ) {
    let rows = factors.count
    precondition(x.count == y.count && (rows == 0 || x.count % rows == 0), "\(rows) factors")
    if rows == 0 { return }
    let columns = x.count / rows
    for row in 0..<rows {
      let (source, target) = (x.base + row * columns, y.base + row * columns)
      let factor = factors.base[row]
      for column in 0..<columns {
        target[column] = source[column] * factor + (accumulating ? target[column] : 0)
      }
    }
  }

  /// Copies a matrix, or adds it, into columns `to…` of a wider one.
  package static func copy(
    _ source: Matrix, into target: Matrix, at column: Int, accumulating: Bool = false
  ) {
    copy(source, from: 0, columns: source.columns, into: target, at: column, accumulating)
  }

  /// Copies `columns` columns of a matrix from `from…`, or adds them, to `to…` of another.
  package static func copy(
    _ source: Matrix, from: Int, columns: Int, into target: Matrix, at to: Int,
    _ accumulating: Bool = false
  ) {
    precondition(
      source.rows == target.rows && from >= 0 && from + columns <= source.columns && to >= 0
        && to + columns <= target.columns, "copy of columns out of range")
    for row in 0..<source.rows {
      let x = source.region.base + row * source.stride + from
      let y = target.region.base + row * target.stride + to
      if accumulating { kernels.add(x, y, columns) } else { y.update(from: x, count: columns) }
    }
  }
}

/// `y = activation(norm(x))` over rows.
package struct NormActivation: Sendable {
  package let norm: Normalization
  package let activation: Activation

  package init(_ norm: Normalization, _ activation: Activation) {
    self.norm = norm
    self.activation = activation
  }

  /// - Parameters:
  ///   - x: `[rows, columns]`.
  ///   - scale: `[columns]`, or empty without a norm.
  ///   - shift: `[columns]`, or empty where the norm has none.
  ///   - y: `[rows, columns]`.
  package func forward(_ x: Region, scale: Region, shift: Region, columns: Int, into y: Region) {
    check(scale: scale, shift: shift, columns: columns, x.count == y.count)
    kernels.norm_activate(
      x.base, scale.base, shift.base, y.base, x.count / columns, columns, norm.code, norm.epsilon,
      activation.code)
  }

  /// Rows that a pullback works on together.
  package static let pullbackRows = 16

  /// Turns the gradient at y into that at x, and adds to those of scale and shift; an empty one is
  /// not wanted.
  /// - Parameters:
  ///   - gradient: `[rows, columns]`: at y, and then at x.
  ///   - temporary: `[pullbackRows, columns]`.
  package func pullback(
    _ x: Region, scale: Region, shift: Region, columns: Int, gradient: Region, dscale: Region,
    dshift: Region, temporary: Region
  ) {
    check(scale: scale, shift: shift, columns: columns, x.count == gradient.count)
    precondition(
      (dscale.isEmpty || dscale.count == columns) && (dshift.isEmpty || dshift.count == columns)
        && temporary.count >= Self.pullbackRows * columns,
      "gradients of \(dscale.count), \(dshift.count) floats")
    kernels.norm_activate_gradient(
      x.base, scale.base, shift.base, gradient.base, dscale.pointerOrNil, dshift.pointerOrNil,
      temporary.base, x.count / columns, columns, norm.code, norm.epsilon, activation.code)
  }

  private func check(scale: Region, shift: Region, columns: Int, _ match: Bool) {
    precondition(
      match && (!norm.hasScale || scale.count == columns)
        && (!norm.hasShift || shift.count == columns),
      "norm over \(columns) columns with scale of \(scale.count) and shift of \(shift.count)")
  }
}

/// The gated recurrent unit of the RSSM (ALGORITHM section 4, step 6), where the gates of each of
/// `groups` blocks lie side by side.
package enum GatedRecurrentUnit {
  /// `out = u·c + (1 - u)·h` with `r = σ(reset)`, `c = tanh(r·candidate)`, `u = σ(update - 1)`.
  /// - Parameters:
  ///   - gates: `[rows, groups · 3 · D / groups]`: reset, candidate, update of each group.
  ///   - state: `[rows, D]`.
  ///   - out: `[rows, D]`, with the stride of the state.
  package static func forward(gates: Matrix, state: Matrix, out: Matrix, groups: Int) {
    precondition(
      state.columns % groups == 0 && gates.columns == 3 * state.columns && gates.rows == state.rows
        && out.rows == state.rows && out.columns == state.columns && out.stride == state.stride,
      "gates of \(gates.rows)×\(gates.columns), state of \(state.rows)×\(state.columns), "
        + "\(groups) groups")
    kernels.gru(
      gates.region.base, gates.stride, state.region.base, out.region.base, state.stride,
      state.rows, groups, state.columns / groups)
  }

  /// Writes the gradient of the gates and adds to that of the state.
  package static func pullback(
    gates: Region, state: Region, from dout: Region, dgates: Region, dstate: Region, width: Int,
    groups: Int
  ) {
    let rows = checkedRows(gates: gates, state: state, out: dout, width: width, groups: groups)
    precondition(dgates.count == gates.count && (dstate.isEmpty || dstate.count == state.count))
    kernels.gru_gradient(
      gates.base, state.base, dout.base, dgates.base, dstate.pointerOrNil, rows, groups,
      width / groups)
  }

  private static func checkedRows(
    gates: Region, state: Region, out: Region, width: Int, groups: Int
  ) -> Int {
    precondition(
      width % groups == 0 && state.count % width == 0 && gates.count == 3 * state.count
        && out.count == state.count,
      "gates of \(gates.count), state of \(state.count) for width \(width) in \(groups) groups")
    return state.count / width
  }
}

extension Region {
  /// The address, or null for an empty region.
  var pointerOrNil: UnsafeMutablePointer<Float>? { isEmpty ? nil : base }
}

extension Region {
  /// `values = max(self, bound)`, and its derivative times `weight`: zero at and below the bound.
  package func floor(at bound: Float, weight: Float, into values: Region, gradient: Region) {
    precondition(values.count == count && gradient.count == count, "floor of \(count) floats")
    for index in 0..<count {
      let isFree = base[index] <= bound
      values.base[index] = isFree ? bound : base[index]
      gradient.base[index] = isFree ? 0 : weight
    }
  }
}
