import Foundation
import NeuralNetworks
import Randomness
import TestSupport
import Testing

@Suite("Damaged safetensors")
struct SafeTensorsFuzzTests {
  @Test("damaged files are refused, or hold as many bytes as they say")
  func damage() throws {
    let whole = try SafeTensorsTests.sample.encoded()
    for number in 0..<Mutation.count(or: 2000) {
      var generator = Generator(key: Key(seed: 1).fold(number))
      let damaged =
        number % 2 == 0
        ? Mutation.mutate(whole, using: &generator)
        : Mutation.changeNumber(in: whole, using: &generator)
      do {
        let tensors = try SafeTensors(data: damaged)
        let elements = tensors.entries.values.reduce(0) { $0 + $1.values.count }
        #expect(elements <= damaged.count)
        #expect(
          tensors.entries.values.allSatisfy { $0.shape.reduce(1, *) == $0.values.count })
      } catch is SafeTensorsError {}
    }
  }
}
