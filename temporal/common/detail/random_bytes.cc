#include <temporal/common/detail/random_bytes.h>

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace temporal::detail {

void fill_randomly(std::span<std::byte> bytes) {
  // As little as is asked for here comes in one piece.
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error{errno, std::generic_category(), "getrandom"};
  }
}

}  // namespace temporal::detail
