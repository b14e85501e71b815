// From the model to a plan: numbers, ids, overloads, bases, names.
#include "emit/plan.hpp"

#include "emit/names.hpp"
#include "model/ids.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>

namespace idlc::emit {
namespace {

using model::diagnostic;
using model::severity;

/// Gives numbers to the members of one owner: explicit ones first, the rest in order of
/// declaration, by the lock where there is one.
class numbering {
public:
    numbering(numbered what, std::string owner, lock_file* lock, std::vector<diagnostic>& problems)
        : what_(what), owner_(std::move(owner)), lock_(lock), problems_(problems) {}

    /// What is certain before the others are counted: ROI_ID, or the lock.
    void announce(const std::string& name, std::optional<unsigned> explicit_number,
                  const model::location& where) {
        const auto locked = lock_ ? lock_->find(what_, owner_, name) : std::nullopt;
        if (!explicit_number && !locked) return;
        const auto number = explicit_number ? *explicit_number : *locked;
        if (explicit_number && locked && *locked != *explicit_number) {
            complain(where,
                     "'" + name + "' of '" + owner_ + "' has the number " +
                         std::to_string(*locked) + " in " + lock_->name() + ", but ROI_ID says " +
                         std::to_string(*explicit_number),
                     "give it ROI_ID(" + std::to_string(*locked) +
                         "), or another name: numbers in use never change");
        }
        if (lock_ && !locked && lock_->was_removed(what_, owner_, number)) {
            complain(where,
                     "'" + name + "' of '" + owner_ + "' takes the number " +
                         std::to_string(number) + ", which a removed name had (" + lock_->name() +
                         ")",
                     "choose a number that was never used: " +
                         std::to_string(lock_->next(what_, owner_)) + " is the next");
        }
        fixed_[name] = static_cast<unsigned>(number);
        used_.insert(static_cast<unsigned>(number));
    }

    unsigned number(const std::string& name) {
        const auto fixed = fixed_.find(name);
        unsigned result = 0;
        if (fixed != fixed_.end()) {
            result = fixed->second;
        } else {
            auto next = lock_ ? static_cast<unsigned>(lock_->next(what_, owner_)) : 1U;
            while (used_.contains(next) || is_reserved(next))
                ++next;
            result = next;
            used_.insert(result);
            fixed_[name] = result;
        }
        if (lock_) lock_->keep(what_, owner_, name, result);
        return result;
    }

private:
    /// Protobuf keeps these for itself.
    static bool is_reserved(unsigned number) { return number >= 19'000 && number <= 19'999; }
    void complain(const model::location& where, std::string text, std::string advice) {
        problems_.push_back({severity::error, where, std::move(text), std::move(advice)});
    }

    numbered what_;
    std::string owner_;
    lock_file* lock_;
    std::vector<diagnostic>& problems_;
    std::map<std::string, unsigned> fixed_;
    std::set<unsigned> used_;
};

std::string join(const std::vector<model::enclosing_namespace>& parts) {
    std::string text;
    for (const auto& part : parts)
        text += (text.empty() ? "" : "::") + part.name;
    return text;
}

/// Where the header does not say, all but the last part of the name are namespaces.
std::string scope_of(const model::interface& what) {
    if (!what.namespaces.empty()) return join(what.namespaces);
    const auto last = last_part(what.name);
    if (last.size() == what.name.size()) return {};
    return what.name.substr(0, what.name.size() - last.size() - 2);
}

std::string missing_marks(const model::interface& what) {
    std::vector<std::string> marks;
    if (what.per_client) marks.push_back("ROI_PER_CLIENT");
    if (what.single_owner) marks.push_back("ROI_SINGLE_OWNER");
    if (what.shared) marks.push_back("ROI_SHARED");
    if (!what.state.empty()) marks.push_back("ROI_STATE");
    const auto on = [&](const char* mark, const model::method& method) {
        marks.push_back(std::string{mark} + " of " + method.name);
    };
    for (const auto& method : what.methods) {
        if (!method.is_remote) continue;
        if (method.oneway) on("ROI_ONEWAY", method);
        if (method.progress_us) on("ROI_PROGRESS", method);
        if (method.reply_limit) on("ROI_REPLY_LIMIT", method);
    }
    std::string text;
    for (const auto& mark : marks)
        text += (text.empty() ? "" : ", ") + mark;
    return text;
}

class planner {
public:
    planner(const model::file& input, lock_file* lock) : lock_(lock) {
        plan_.input = &input;
        plan_.stem = std::filesystem::path{input.path}.stem().string();
    }

    plan run() {
        for (const auto& each : plan_.input->interfaces) {
            if (each.marked) add_interface(each, true);
        }
        for (const auto& each : plan_.input->foreign_bases)
            add_interface(each, false);
        for (auto& each : plan_.interfaces)
            connect_bases(each);
        for (auto& each : plan_.interfaces)
            add_methods(each);
        check_ids();
        for (const auto& [name, record] : plan_.input->records)
            number_record(record);
        for (const auto& [name, enumeration] : plan_.input->enums)
            number_enum(enumeration);
        return std::move(plan_);
    }

private:
    void add_interface(const model::interface& source, bool generated) {
        planned_interface result;
        result.source = &source;
        result.generated = generated;
        result.wire_name = model::wire_name(source.name);
        result.scope = scope_of(source);
        result.class_name =
            result.scope.empty() ? source.name : source.name.substr(result.scope.size() + 2);
        const auto stubs = stubs_of(identifier(result.class_name));
        result.client = stubs.client;
        result.server = stubs.server;
        result.label = labels_.make(identifier(result.class_name));
        result.unsupported_marks = missing_marks(source);
        plan_.interfaces.push_back(std::move(result));
    }

    void connect_bases(planned_interface& what) {
        for (const auto& name : what.source->bases) {
            if (const auto* base = plan_.find(name)) what.bases.push_back(base);
        }
        std::set<const planned_interface*> seen{&what};
        std::deque<std::string> queue(what.source->bases.begin(), what.source->bases.end());
        while (!queue.empty()) {
            const auto* base = plan_.find(queue.front());
            queue.pop_front();
            if (base == nullptr || !seen.insert(base).second) continue;
            what.all_bases.push_back(base);
            queue.insert(queue.end(), base->source->bases.begin(), base->source->bases.end());
        }
    }

    void add_methods(planned_interface& what) {
        unique_names labels{unique_names::comparison::json};
        for (const auto& method : what.source->methods) {
            if (!method.is_remote) continue;
            planned_method result;
            result.source = &method;
            // An inherited method keeps the identity that its own, marked class gives it.
            const bool inherited = !method.declared_in.empty() &&
                                   method.declared_in != what.source->name &&
                                   plan_.find(method.declared_in) != nullptr;
            result.interface_name = inherited ? method.declared_in : what.source->name;
            result.wire_index = what.methods.size();
            for (const auto& earlier : what.methods) {
                if (!earlier.repeats &&
                    model::same_but_for_spelling(*earlier.source, method, *plan_.input)) {
                    result.repeats = true;
                    result.wire_index = earlier.wire_index;
                    break;
                }
            }
            result.label =
                result.repeats ? what.methods[result.wire_index].label : labels.make(method.name);
            result.deadline_us = method.deadline_us ? method.deadline_us : what.source->deadline_us;
            number_parameters(result);
            result.id = identify(result);
            add_shorter_lists(what, result);
            what.methods.push_back(std::move(result));
        }
    }

    /// By position, not by name: the signature that the id is made of fixes the order.
    void number_parameters(planned_method& what) {
        const auto owner = model::wire_name(what.interface_name) + "." + what.source->name;
        numbering numbers{numbered::parameter, owner, nullptr, plan_.diagnostics};
        unique_names names;
        for (std::size_t i = 0; i < what.source->parameters.size(); ++i) {
            const auto& source = what.source->parameters[i];
            planned_parameter result;
            result.source = &source;
            result.name =
                names.make(source.name.empty() ? "argument" + std::to_string(i + 1) : source.name);
            numbers.announce(result.name, source.number, source.where);
            what.parameters.push_back(std::move(result));
        }
        unsigned results = 1;
        for (auto& each : what.parameters) {
            const auto number = numbers.number(each.name);
            const auto& source = *each.source;
            if (source.flow != model::parameter::direction::out) each.number = number;
            if (source.how == model::passing::mutable_reference ||
                source.flow != model::parameter::direction::in) {
                each.result_number = ++results;
            }
        }
    }

    std::uint64_t identify(const planned_method& what) {
        const auto& file = *plan_.input;
        const auto owner = model::wire_name(what.interface_name);
        auto id = model::method_id(what.interface_name, *what.source, file);
        if (lock_ == nullptr || what.repeats) return id;
        const auto text =
            model::signature(what.interface_name, *what.source, what.parameters.size(), file)
                .substr(owner.size() + 1);
        const auto locked = lock_->find(numbered::method, owner, text);
        if (locked && what.source->id && *locked != id) {
            plan_.diagnostics.push_back({severity::error, what.source->where,
                                         "method '" + text + "' of '" + owner +
                                             "' has another id in " + lock_->name() +
                                             " than its ROI_ID says",
                                         "remove the ROI_ID: an id in use never changes"});
        } else if (locked) {
            id = *locked;
        } else if (lock_->was_removed(numbered::method, owner, id)) {
            plan_.diagnostics.push_back({severity::error, what.source->where,
                                         "method '" + text + "' of '" + owner +
                                             "' takes the id of a method that was removed (" +
                                             lock_->name() + ")",
                                         "give it another ROI_ID"});
        }
        lock_->keep(numbered::method, owner, text, id);
        return id;
    }

    void add_shorter_lists(const planned_interface& owner, planned_method& what) {
        const auto& parameters = what.source->parameters;
        for (std::size_t count = parameters.size(); count-- > 0;) {
            if (parameters[count].default_text.empty()) break;
            shorter_list list;
            list.count = count;
            list.id = model::method_id(what.interface_name, *what.source, count, *plan_.input);
            model::method cut = *what.source;
            cut.parameters.resize(count);
            for (const auto& other : owner.source->methods) {
                if (other.is_remote && other.parameters.size() == count &&
                    model::same_but_for_spelling(other, cut, *plan_.input)) {
                    list.in_stub = false;
                }
            }
            what.shorter.push_back(list);
        }
    }

    /// Two methods of one dispatch table must not have one id. Spelling variants are one method;
    /// a shorter list that another overload has belongs to that overload.
    void check_ids() {
        for (auto& each : plan_.interfaces) {
            std::map<std::uint64_t, const planned_method*> taken;
            for (const auto& method : each.methods) {
                if (method.repeats) continue;
                const auto [at, fresh] = taken.emplace(method.id, &method);
                if (fresh) continue;
                const auto& first = *at->second->source;
                plan_.diagnostics.push_back(
                    {severity::error, method.source->where,
                     "method '" + method.source->name + "' of '" + each.source->name +
                         "' has the same id on the wire as '" + first.name + "' in line " +
                         std::to_string(first.where.line) +
                         ": their parameters differ in C++ and not on the wire",
                     "give one of them ROI_ID(n), or mark it ROI_LOCAL"});
            }
            for (auto& method : each.methods) {
                std::erase_if(method.shorter,
                              [&](const shorter_list& list) { return taken.contains(list.id); });
            }
        }
    }

    void number_record(const model::record& record) {
        numbering numbers{numbered::field, model::wire_name(record.name), lock_, plan_.diagnostics};
        // A base stands in the message under its own name; fields follow.
        const auto base_name = [](const model::type& base) { return "base " + base.name; };
        std::vector<const model::type*> bases;
        for (const auto& base : record.bases) {
            if (base.what == model::kind::record) bases.push_back(&base);
        }
        for (const auto* base : bases)
            numbers.announce(base_name(*base), {}, record.where);
        for (const auto& field : record.fields) {
            numbers.announce(field.name, field.number, field.where);
        }
        // Both lists are there for every record, empty where it has no bases or no fields.
        plan_.base_numbers[record.name];
        plan_.field_numbers[record.name];
        for (const auto& base : record.bases) {
            const bool travels = base.what == model::kind::record;
            plan_.base_numbers[record.name].push_back(travels ? numbers.number(base_name(base))
                                                              : 0);
        }
        for (const auto& field : record.fields) {
            plan_.field_numbers[record.name].push_back(numbers.number(field.name));
        }
        if (lock_ != nullptr) {
            plan_.removed_fields[record.name] =
                lock_->removed(numbered::field, model::wire_name(record.name));
        }
    }

    void number_enum(const model::enumeration& what) {
        const auto owner = model::wire_name(what.name);
        for (const auto& each : what.values) {
            auto number =
                what.is_signed ? each.value : static_cast<std::int64_t>(each.unsigned_value);
            for (const auto& mark : each.marks) {
                if (mark.name == "id") number = std::stoll(mark.argument);
            }
            if (lock_ != nullptr) {
                const auto locked = lock_->find(numbered::enumerator, owner, each.name);
                if (locked) {
                    number = static_cast<std::int64_t>(*locked);
                } else if (lock_->was_removed(numbered::enumerator, owner,
                                              static_cast<std::uint64_t>(number))) {
                    plan_.diagnostics.push_back(
                        {severity::error, each.where,
                         "enumerator '" + each.name + "' of '" + what.name + "' takes the number " +
                             std::to_string(number) + ", which a removed one had (" +
                             lock_->name() + ")",
                         "give it ROI_ID(n) with a number that was never used"});
                }
                lock_->keep(numbered::enumerator, owner, each.name,
                            static_cast<std::uint64_t>(number));
            }
            const auto value =
                what.is_signed ? each.value : static_cast<std::int64_t>(each.unsigned_value);
            if (number != value) plan_.enum_numbers[what.name][each.name] = number;
        }
        if (lock_ != nullptr) {
            plan_.removed_enumerators[what.name] = lock_->removed(numbered::enumerator, owner);
        }
    }

    plan plan_;
    lock_file* lock_;
    unique_names labels_;
};

}  // namespace

bool planned_method::has_result() const {
    if (source->self) return false;
    return source->result.what != model::kind::void_;
}

const planned_interface* plan::find(const std::string& name) const {
    for (const auto& each : interfaces) {
        if (each.source->name == name) return &each;
    }
    return nullptr;
}

const model::record* plan::record(const std::string& name) const {
    const auto found = input->records.find(name);
    return found == input->records.end() ? nullptr : &found->second;
}

plan make_plan(const model::file& input, lock_file* lock) {
    return planner{input, lock}.run();
}

}  // namespace idlc::emit
