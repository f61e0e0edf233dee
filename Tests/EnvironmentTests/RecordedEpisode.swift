import Foundation
import NeuralNetworks

/// The folder of recorded episodes.
private let traces = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../Fixtures/traces").standardized

/// Reads a file of the folder of recorded episodes.
func readTrace(_ name: String) throws -> SafeTensors {
  try SafeTensors(contentsOf: traces.appending(path: "\(name).safetensors"))
}
