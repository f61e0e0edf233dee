import Agents
import Foundation
import ImageKernels
import Kernels
import Runs
import TrainedAgents

/// What the convolutions of an agent reach on one core, sixteen images at a time.
package struct BenchmarkConvolutions: Sendable {
  package struct Row: Sendable {
    /// As the reference names the layer.
    package let name: String
    package let convolution: Convolution
    /// 10⁹ floating-point operations a second of the forward pass and of the gradients at kernel and
    /// input.
    package let forward: Double
    package let weightGradient: Double
    package let inputGradient: Double
  }

  package let rows: [Row]

  /// - Throws: `LayerStyleError`, `ImageShapeError`.
  package init(_ configuration: TrainingConfiguration) throws {
    let agent = try BenchmarkWorkload(configuration).agent
    rows = agent.worldModel.convolutions.map { Self.measure($0.name, $0.convolution) }
  }

  private static func measure(_ name: String, _ convolution: Convolution) -> Row {
    func memory(_ count: Int) -> Storage { Storage([Float](repeating: 0.5, count: count)) }
    let (input, output) = (memory(convolution.inputCount), memory(convolution.outputCount))
    let (kernel, bias) = (memory(convolution.kernelCount), memory(convolution.outputChannels))
    let gradients = (memory(convolution.kernelCount), memory(convolution.outputChannels))
    let arena = Arena()
    let forward = convolution.packForward(kernel.region, in: arena)
    let backward = convolution.packBackward(kernel.region, in: arena)
    func speed(_ body: () -> Void) -> Double {
      32 * Double(convolution.multiplications) / bestSeconds(body) / 1e9
    }
    return withExtendedLifetime((input, output, kernel, bias)) {
      Row(
        name: name, convolution: convolution,
        forward: speed {
          convolution.forward(
            input.region, kernel: forward, bias: bias.region, output: output.region,
            scratch: arena)
        },
        weightGradient: speed {
          convolution.weightGradient(
            input.region, output.region, kernelGradient: gradients.0.region,
            biasGradient: gradients.1.region, scratch: arena)
        },
        inputGradient: speed {
          convolution.inputGradient(
            output.region, kernel: backward, into: input.region, scratch: arena)
        })
    }
  }

  /// Of runs that take a tenth of a second together.
  private static func bestSeconds(_ body: () -> Void) -> Double {
    let total = Stopwatch()
    var best = Double.infinity
    while total.seconds < 0.1 {
      let clock = Stopwatch()
      body()
      best = min(best, clock.seconds)
    }
    return best
  }

  /// A table for people.
  package var table: String {
    let head = "GFLOP/s on one core, sixteen images   forward  kernel gradient  input gradient"
    let lines = rows.map { row in
      let c = row.convolution
      let shape =
        "\(row.name) \(c.inputChannels)→\(c.outputChannels), "
        + "\(c.inputHeight)×\(c.inputWidth) to \(c.outputHeight)×\(c.outputWidth)"
      let numbers = [(row.forward, 9), (row.weightGradient, 17), (row.inputGradient, 16)].map {
        let text = String(format: "%.0f", $0)
        return String(repeating: " ", count: max(0, $1 - text.count)) + text
      }
      return shape.padding(toLength: 36, withPad: " ", startingAt: 0) + numbers.joined()
    }
    return ([head] + lines).joined(separator: "\n")
  }
}
