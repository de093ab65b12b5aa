#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace temporal::generated {

using Bytes = std::vector<std::uint8_t>;

/// Where all decisions of the generator come from: bytes, whoever made them. When they are used up, every decision is
/// the simplest one, so that fewer and smaller bytes mean a simpler case.
class Choices {
 public:
  explicit Choices(Bytes bytes) : bytes_(std::move(bytes)) {}

  /// 0 is the simplest.
  unsigned below(unsigned count) { return next() % count; }
  /// False is the simplest.
  bool chance(unsigned percent) { return next() % 100 >= 100 - percent; }

 private:
  std::uint8_t next() { return at_ < bytes_.size() ? bytes_[at_++] : 0; }

  Bytes bytes_;
  std::size_t at_ = 0;
};

/// One program and one course of its world. As bytes: the program's, 0xff, the world's.
struct Case {
  Bytes program;
  Bytes world;

  static constexpr std::uint8_t separator = 0xff;

  static Case of_seed(std::uint64_t seed) {
    std::mt19937_64 random{seed};
    const auto bytes = [&](std::size_t longest, std::size_t different) {
      Bytes letters(different);
      for (auto& letter : letters) letter = static_cast<std::uint8_t>(random() % separator);
      Bytes made(1 + random() % longest);
      for (auto& byte : made) byte = letters[random() % different];
      return made;
    };
    // Few different bytes make few kinds of statements that meet often.
    const auto different = std::array{500, 24, 12, 6}.at(random() % 4);
    return {.program = bytes(300, static_cast<std::size_t>(different)), .world = bytes(200, 500)};
  }

  static Case of_bytes(const Bytes& bytes) {
    Case made;
    bool in_world = false;
    for (const auto byte : bytes) {
      if (!in_world && byte == separator) {
        in_world = true;
      } else {
        (in_world ? made.world : made.program).push_back(byte);
      }
    }
    return made;
  }

  [[nodiscard]] Bytes bytes() const {
    auto all = program;
    all.push_back(separator);
    all.insert(all.end(), world.begin(), world.end());
    return all;
  }
};

/// As a case is written in the table of kept ones.
inline std::string to_hex(const Bytes& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[byte / 16];
    text += digits[byte % 16];
  }
  return text;
}

inline Bytes from_hex(const std::string& text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace temporal::generated
