import Autodiff
import Kernels
import WorldModels

/// The forward results of the world model on a whole batch, for comparison with another
/// implementation. All are `[B, T, …]`.
package struct ForwardRecord {
  package var tokens: [Float]
  package var deter: [Float]
  package var stoch: [Float]
  package var logits: [Float]
  package var priorLogits: [Float]
  /// By the names of the observations.
  package var reconstructions: [(name: String, values: [Float])]
}

extension Agent {
  /// Runs the world model forward and changes nothing.
  package func forwardRecord(_ batch: SequenceBatch, draws: DrawSource) -> ForwardRecord {
    withInferenceTape { tape in
      let shard = BatchShard(batch, sequences: 0..<batch.size)
      let (decoder, rows) = (worldModel.decoder, shard.rowCount)
      let recordings = Reconstructions(
        vectors: decoder.vectors.spaces.map {
          tape.arena.allocate(rows * decoder.vectors.width(of: $0))
        },
        images: tape.arena.allocate(rows * (decoder.images?.shape.count ?? 0)))
      let pass = ShardPass(
        agent: self, batch: batch, draws: draws, scales: configuration.lossScales, updates: 0,
        shardCount: 1
      ).observe(shard, recordings: recordings, tape)
      return record(pass, recordings, shard)
    }
  }

  private func record(
    _ pass: WorldModelPass, _ recordings: Reconstructions, _ shard: BatchShard
  ) -> ForwardRecord {
    func ordered(_ region: Region) -> [Float] { sequenceMajor(region.array, shard) }
    let decoder = worldModel.decoder
    var reconstructions = zip(decoder.vectors.spaces, recordings.vectors).map {
      (name: $0.name, values: ordered($1))
    }
    if let images = decoder.images {
      let pixels = ordered(recordings.images)
      for space in images.spaces {
        reconstructions.append(
          (space.name, channels(space.offset, space.channels, of: images.shape.channels, pixels)))
      }
    }
    return ForwardRecord(
      tokens: ordered(pass.tokens.values), deter: ordered(pass.path.states.deter.values),
      stoch: ordered(pass.path.states.stoch.values), logits: ordered(pass.path.parameters.values),
      priorLogits: ordered(pass.prior.parameters.values), reconstructions: reconstructions)
  }

  private func sequenceMajor(_ values: [Float], _ shard: BatchShard) -> [Float] {
    let width = values.count / max(shard.rowCount, 1)
    return (0..<shard.size).flatMap { b in
      (0..<shard.length).flatMap { t -> ArraySlice<Float> in
        let row = t * shard.size + b
        return values[row * width..<(row + 1) * width]
      }
    }
  }

  private func channels(_ first: Int, _ count: Int, of total: Int, _ pixels: [Float]) -> [Float] {
    stride(from: 0, to: pixels.count, by: total).flatMap {
      pixels[$0 + first..<$0 + first + count]
    }
  }
}
