"""A protoc plugin that makes `*_pb2_grpc.py`.

grpcio-tools has that generator only inside its own protoc, while buf wants a plugin program: this one
reads a CodeGeneratorRequest from standard input, lets grpcio-tools do the work on the descriptors in
it, and writes a CodeGeneratorResponse to standard output.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2
from google.protobuf.compiler import plugin_pb2
from grpc_tools import protoc


def main() -> int:
    request = plugin_pb2.CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    response = plugin_pb2.CodeGeneratorResponse(
        supported_features=plugin_pb2.CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
        | plugin_pb2.CodeGeneratorResponse.FEATURE_SUPPORTS_EDITIONS,
        minimum_edition=descriptor_pb2.EDITION_PROTO2,
        maximum_edition=descriptor_pb2.EDITION_2023,
    )
    # Only files with a service: the generator makes an empty module for the others.
    with_service = {f.name for f in request.proto_file if f.service}
    wanted = [name for name in request.file_to_generate if name in with_service]
    if not wanted:
        sys.stdout.buffer.write(response.SerializeToString())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        descriptors = Path(folder, "descriptors.bin")
        descriptors.write_bytes(descriptor_pb2.FileDescriptorSet(file=request.proto_file).SerializeToString())
        output = Path(folder, "out")
        output.mkdir()
        code = protoc.main(
            ["protoc", f"--descriptor_set_in={descriptors}", f"--grpc_python_out={output}", *wanted]
        )
        if code:
            response.error = f"grpc_tools.protoc failed with exit code {code}"
        for path in sorted(output.rglob("*.py")):
            response.file.add(name=str(path.relative_to(output)), content=path.read_text())
    sys.stdout.buffer.write(response.SerializeToString())
    return 0


if __name__ == "__main__":
    sys.exit(main())
