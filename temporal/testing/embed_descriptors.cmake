# Writes the bytes of INPUT to OUTPUT, as the C++ that detail/history_descriptors.h declares.
file(READ "${INPUT}" bytes HEX)
string(LENGTH "${bytes}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
file(WRITE "${OUTPUT}" "#include <temporal/testing/detail/history_descriptors.h>

namespace temporal::testing::detail {

const unsigned char history_descriptors[] = {${bytes}};
const std::size_t history_descriptors_size = ${size};

}  // namespace temporal::testing::detail
")
