// The marshalling of one generated file: a codec with what its methods need, in the directions
// that they need it, so that nothing in the file is unused.
#pragma once

#include "emit/plan.hpp"
#include "emit/writer.hpp"

#include <set>
#include <string>
#include <vector>

namespace idlc::emit {

class codec_text {
public:
    explicit codec_text(const plan& what) : plan_(what) {}

    /// Notes that values of a type are written, or read, in this file.
    void write(const model::type& what);
    void read(const model::type& what);
    /// Notes that something beyond types needs a codec header.
    void need(const std::string& header) { headers_.insert(header); }

    const std::set<std::string>& headers() const { return headers_; }
    /// The codec, in an unnamed namespace that is open.
    void add_to(writer& out) const;
    /// What must stand at the global namespace: ways to private fields, enums with numbers of
    /// their own.
    void add_global(writer& out) const;

private:
    enum class direction { write, read };
    void visit(const model::type& what, direction way, bool inside = false);
    void add_write(writer& out, const model::record& what) const;
    void add_read(writer& out, const model::record& what) const;
    std::string access(const model::record& owner, const model::field& what) const;
    bool reaches_private(const model::record& what) const;
    std::vector<const model::record*> in_order() const;

    const plan& plan_;
    std::set<std::string> headers_;
    std::set<std::string> written_, read_, enums_;
    std::vector<model::type> sets_;  // what ROI_ONE_OF names, inside containers
};

}  // namespace idlc::emit
