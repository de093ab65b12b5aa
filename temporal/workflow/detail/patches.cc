#include <temporal/workflow/detail/patches.h>

#include <temporal/workflow/detail/checks.h>
#include <temporal/workflow/detail/context.h>
#include <temporal/workflow/patch.h>

namespace temporal::workflow {

bool detail::Patches::use(const std::string& id, bool deprecated) {
  context_.commands.require_replayed();
  require_text("the id of a patch", id);
  const auto [answer, is_new] = answers_.try_emplace(id, !context_.facts.replaying || in_history_.contains(id));
  if (is_new && answer->second) {
    auto& marker = *context_.commands.add().mutable_set_patch_marker();
    marker.set_patch_id(id);
    marker.set_deprecated(deprecated);
  }
  return answer->second;
}

bool patched(const std::string& id) { return detail::Context::current().patches.use(id, /*deprecated=*/false); }

void deprecate_patch(const std::string& id) { detail::Context::current().patches.use(id, /*deprecated=*/true); }

}  // namespace temporal::workflow
