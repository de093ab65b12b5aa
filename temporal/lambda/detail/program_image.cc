#include <temporal/lambda/detail/program_image.h>

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>

namespace temporal::lambda::detail {

ProgramImage ProgramImage::of_this_process() noexcept {
  ProgramImage image;
  // The first of what is loaded is the program.
  const auto read = [](dl_phdr_info* program, std::size_t /*size*/, void* found) {
    auto& into = *static_cast<ProgramImage*>(found);
    into.base_ = program->dlpi_addr;
    for (std::size_t i = 0; i < program->dlpi_phnum; ++i) {
      const auto& segment = program->dlpi_phdr[i];
      const auto begin = program->dlpi_addr + segment.p_vaddr;
      if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
        into.begin_ = into.end_ == 0 ? begin : std::min(into.begin_, begin);
        into.end_ = std::max(into.end_, begin + segment.p_memsz);
      } else if (segment.p_type == PT_NOTE) {
        // NOLINTNEXTLINE(performance-no-int-to-ptr): where the loader has put it
        into.read_notes(reinterpret_cast<const std::byte*>(begin), segment.p_memsz, segment.p_align);
      }
    }
    return 1;
  };
  ::dl_iterate_phdr(read, &image);
  return image;
}

void ProgramImage::read_notes(const std::byte* notes, std::size_t size, std::size_t alignment) noexcept {
  const auto padded = [alignment](std::size_t bytes) {
    const std::size_t to = alignment == 8 ? 8 : 4;
    return (bytes + to - 1) / to * to;
  };
  for (std::size_t at = 0; at + sizeof(ElfW(Nhdr)) <= size;) {
    ElfW(Nhdr) note{};
    std::memcpy(&note, notes + at, sizeof note);
    const auto content = at + padded(sizeof note + note.n_namesz);
    const auto next = content + padded(note.n_descsz);
    if (next > size) return;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
        std::memcmp(notes + at + sizeof note, "GNU", note.n_namesz) == 0) {
      build_id_size_ = 0;
      for (std::size_t i = 0; i < note.n_descsz && build_id_size_ + 2 <= build_id_.size(); ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = std::to_integer<unsigned>(notes[content + i]);
        build_id_.at(build_id_size_++) = digits[byte >> 4U];
        build_id_.at(build_id_size_++) = digits[byte & 15U];
      }
    }
    at = next;
  }
}

}  // namespace temporal::lambda::detail
