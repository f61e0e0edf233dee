import Autodiff
import Kernels

/// `y = x W + b`, whole or block-diagonal.
package struct Linear: Sendable {
  package let weights: WeightBlocks
  package let bias: Parameter

  /// - Parameters:
  ///   - groups: 1 for a full matrix; more for a matrix each for contiguous groups of features.
  ///   - bias: how the biases are drawn at first.
  ///   - name: of the scope, as the reference names it.
  package init(
    from inputs: Int, to outputs: Int, groups: Int = 1, _ initializer: Initializer,
    bias: Initializer = .zeros, named name: String, in builder: inout ParameterBuilder
  ) {
    precondition(
      inputs % groups == 0 && outputs % groups == 0, "\(inputs)→\(outputs) in \(groups) groups")
    let shape = groups == 1 ? [inputs, outputs] : [groups, inputs / groups, outputs / groups]
    weights = WeightBlocks(
      builder.declare("\(name)/kernel", shape: shape, initializer), groups: groups)
    self.bias = builder.declare("\(name)/bias", shape: [outputs], bias)
  }

  /// - Parameter x: `[rows, in]`. - Returns: `[rows, out]`.
  package func callAsFunction(_ x: Tensor, _ tape: Tape) -> Tensor {
    tape.linear(x, weights, bias: bias)
  }

  /// The layer on an input of two parts side by side.
  package func callAsFunction(_ first: Tensor, _ second: Tensor, _ tape: Tape) -> Tensor {
    let (start, end) = (first.columns, first.columns + second.columns)
    return tape.linear(
      LinearPart(first, weights.part(0..<start)), LinearPart(second, weights.part(start..<end)),
      bias: bias)
  }
}

/// A norm over the last axis and an activation.
package struct Norm: Sendable {
  let kind: NormActivation
  let scale: Parameter?
  let shift: Parameter?

  package init(
    _ width: Int, _ kind: NormActivation, named name: String, in builder: inout ParameterBuilder
  ) {
    self.kind = kind
    scale = kind.norm.hasScale ? builder.declare("\(name)/scale", shape: [width], .ones) : nil
    shift = kind.norm.hasShift ? builder.declare("\(name)/shift", shape: [width], .zeros) : nil
  }

  package func callAsFunction(_ x: Tensor, _ tape: Tape) -> Tensor {
    tape.normActivation(x, kind, scale: scale, shift: shift)
  }

  /// The same for an x that nothing else reads, in less memory.
  package func callAsFunction(consuming x: Tensor, _ tape: Tape) -> Tensor {
    tape.normActivation(consuming: x, kind, scale: scale, shift: shift)
  }
}

/// Linear, norm, activation: the layer of which everything here is made.
package struct Dense: Sendable {
  package let linear: Linear
  package let norm: Norm

  package init(
    from inputs: Int, to outputs: Int, groups: Int = 1, style: LayerStyle, named name: String,
    norm normName: String? = nil, in builder: inout ParameterBuilder
  ) {
    linear = Linear(
      from: inputs, to: outputs, groups: groups, style.initializer, named: name, in: &builder)
    norm = Norm(outputs, style.kind, named: normName ?? "\(name)norm", in: &builder)
  }

  package func callAsFunction(_ x: Tensor, _ tape: Tape) -> Tensor {
    norm(consuming: linear(x, tape), tape)
  }

  /// The layer on an input of two parts side by side.
  package func callAsFunction(_ first: Tensor, _ second: Tensor, _ tape: Tape) -> Tensor {
    norm(consuming: linear(first, second, tape), tape)
  }
}

/// What the layers of one network have in common.
package struct LayerStyle: Sendable {
  package let kind: NormActivation
  package let initializer: Initializer

  /// The names of the configuration: an activation (`silu`, …), a norm (`rms`, `layer`, `none`,
  /// with `1em5` behind it for another epsilon), an initialiser (`trunc_normal_in`, …).
  ///
  /// - Throws: ``LayerStyleError`` for a name that is none of these.
  package init(act: String, norm: String, winit: String) throws {
    guard let activation = Activation(rawValue: act) else {
      throw LayerStyleError(
        kind: "activation", name: act, known: Activation.allCases.map(\.rawValue))
    }
    guard let normalization = Normalization(name: norm) else {
      throw LayerStyleError(
        kind: "norm", name: norm, known: Normalization.Kind.allCases.map(\.rawValue))
    }
    guard let initializer = Initializer(name: winit) else {
      throw LayerStyleError(
        kind: "initialiser", name: winit, known: Initializer.knownNames)
    }
    kind = NormActivation(normalization, activation)
    self.initializer = initializer
  }

  package func scaled(_ outscale: Double) -> Initializer {
    var scaled = initializer
    scaled.scale = outscale
    return scaled
  }
}

/// A layer that a configuration names and that does not exist.
public struct LayerStyleError: Error, CustomStringConvertible, Equatable {
  /// What was looked for: `activation`, `norm` or `initialiser`.
  public let kind: String
  /// As the configuration has it.
  public let name: String
  /// The names that there are.
  public let known: [String]

  /// What there is not, and what to use instead, in a sentence.
  public var description: String {
    "no \(kind) is called “\(name)”; use one of \(known.joined(separator: ", "))"
  }
}

extension Initializer {
  static var knownNames: [String] {
    Distribution.allCases.prefix(3).flatMap { distribution in
      Fan.allCases.map { "\(distribution.rawValue)_\($0.rawValue)" }
    }
  }
}

extension Normalization {
  /// `rms`, `layer` or `none`; `rms1em5` has an epsilon of 1e-5.
  package init?(name: String) {
    let parts = name.split(separator: "1em", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(parts[0])) else { return nil }
    guard parts.count == 2 else {
      self.init(kind: kind)
      return
    }
    guard let exponent = Int(parts[1]), (1...30).contains(exponent) else { return nil }
    self.init(kind: kind, epsilon: (0..<exponent).reduce(Float(1)) { value, _ in value / 10 })
  }
}

/// `layers` dense layers of `units` each.
package struct MLP: Sendable {
  package let layers: [Dense]

  package init(
    from inputs: Int, layers count: Int, units: Int, style: LayerStyle, named name: String,
    in builder: inout ParameterBuilder
  ) {
    var layers: [Dense] = []
    for index in 0..<count {
      layers.append(
        Dense(
          from: index == 0 ? inputs : units, to: units, style: style,
          named: "\(name)/linear\(index)", norm: "\(name)/norm\(index)", in: &builder))
    }
    self.layers = layers
  }

  package func callAsFunction(_ x: Tensor, _ tape: Tape) -> Tensor {
    layers.reduce(x) { $1($0, tape) }
  }

  /// The layers on an input of two parts side by side.
  package func callAsFunction(_ first: Tensor, _ second: Tensor, _ tape: Tape) -> Tensor {
    guard let layer = layers.first else { return tape.concatenate(first, second) }
    return layers.dropFirst().reduce(layer(first, second, tape)) { $1($0, tape) }
  }
}
