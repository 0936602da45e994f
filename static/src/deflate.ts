// Bytes in; the same deflated without a header, or inflated, out.

async function through(bytes: Uint8Array, stream: CompressionStream | DecompressionStream): Promise<Uint8Array> {
  const blob = new Blob([bytes as BlobPart]);
  return new Uint8Array(await new Response(blob.stream().pipeThrough(stream as ReadableWritablePair)).arrayBuffer());
}

export const deflated = (text: string): Promise<Uint8Array> => through(new TextEncoder().encode(text), new CompressionStream("deflate-raw"));

export const inflated = async (bytes: Uint8Array): Promise<string> => new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
