#pragma once

#include <cstddef>

namespace temporal::testing::detail {

/// A serialized `google.protobuf.FileDescriptorSet` of the protos of a history, from the build: what JSON needs to know
/// and the generated messages, which are there for small programs, do not.
extern const unsigned char history_descriptors[];
extern const std::size_t history_descriptors_size;

}  // namespace temporal::testing::detail
