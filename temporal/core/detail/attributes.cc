#include <temporal/core/detail/attributes.h>

#include <temporal/common/utf8.h>

#include <variant>

namespace temporal::core::detail {
namespace {

struct Set {
  bridge::v1::Attribute& attribute;

  void operator()(const std::string& text) const { attribute.set_text(temporal::detail::to_valid_utf8(text)); }
  void operator()(std::int64_t whole) const { attribute.set_whole(whole); }
  void operator()(double real) const { attribute.set_real(real); }
  void operator()(bool truth) const { attribute.set_truth(truth); }
};

}  // namespace

void add(BridgeAttributes& message, const Attributes& attributes) {
  for (const auto& [key, value] : attributes) {
    auto& attribute = *message.Add();
    attribute.set_key(temporal::detail::to_valid_utf8(key));
    std::visit(Set{attribute}, value);
  }
}

}  // namespace temporal::core::detail
