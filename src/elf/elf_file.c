// SPDX-License-Identifier: Apache-2.0
#include "elf/elf_file.h"

#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "util/error.h"

/* More than any program has, and few enough to be searched for each string. */
#define SECTIONS_MAX 256

struct elf_file {
	Elf *elf;
	size_t names; /* index of the section with the names of sections */
	struct {
		Elf_Scn *section;
		GElf_Shdr header;
	} sections[SECTIONS_MAX];
	size_t section_count;
};

static bool is_readable(Elf *elf)
{
	const unsigned int one = 1;
	const char *identity = elf_getident(elf, NULL);
	int order = *(const unsigned char *)&one ? ELFDATA2LSB : ELFDATA2MSB;

	return elf_kind(elf) == ELF_K_ELF && identity && identity[EI_CLASS] == ELFCLASS64 &&
	       identity[EI_DATA] == order;
}

static int read_sections(struct elf_file *file, struct error *err)
{
	Elf_Scn *section = NULL;

	if (elf_getshdrstrndx(file->elf, &file->names) != 0)
		return error_set(err, EINVAL, "an ELF file without names of its sections");
	while ((section = elf_nextscn(file->elf, section))) {
		if (file->section_count == SECTIONS_MAX)
			return error_set(err, EINVAL, "an ELF file of more than %d sections",
					 SECTIONS_MAX);
		file->sections[file->section_count].section = section;
		if (gelf_getshdr(section, &file->sections[file->section_count].header))
			file->section_count++;
	}
	return 0;
}

int elf_file_open(int fd, struct elf_file **ret_file, struct error *err)
{
	_cleanup_elf_file_ struct elf_file *file = NULL;
	struct stat status;
	int r;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
		return error_set(err, EINVAL, "not a regular file");
	file = calloc(1, sizeof(*file));
	if (!file)
		return error_nomem(err);
	if (elf_version(EV_CURRENT) == EV_NONE)
		return error_set(err, ENOSYS, "libelf is too old");
	/* Read, not mapped: truncating a mapped file would kill this process. */
	file->elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!file->elf || !is_readable(file->elf))
		return error_set(err, EINVAL, "not an ELF file of 64 bits");
	r = read_sections(file, err);
	if (r < 0)
		return r;
	*ret_file = steal_pointer(&file);
	return 0;
}

void elf_file_destroy(struct elf_file *file)
{
	if (!file)
		return;
	elf_end(file->elf);
	free(file);
}

static const uint8_t *section_bytes(struct elf_file *file, size_t i, size_t *ret_size)
{
	const GElf_Shdr *header = &file->sections[i].header;
	Elf_Data *data;

	if (header->sh_type == SHT_NOBITS || header->sh_size > ELF_FILE_SECTION_MAX)
		return NULL;
	data = elf_rawdata(file->sections[i].section, NULL);
	if (!data || !data->d_buf)
		return NULL;
	*ret_size = data->d_size;
	return data->d_buf;
}

/* Returns the index of a section, or the number of sections if there is none of that name. */
static size_t find_section(struct elf_file *file, const char *name)
{
	size_t i;

	for (i = 0; i < file->section_count; i++) {
		const char *its_name =
			elf_strptr(file->elf, file->names, file->sections[i].header.sh_name);

		if (its_name && strcmp(its_name, name) == 0)
			break;
	}
	return i;
}

const uint8_t *elf_file_section(struct elf_file *file, const char *name, size_t *ret_size)
{
	size_t i = find_section(file, name);

	return i < file->section_count ? section_bytes(file, i, ret_size) : NULL;
}

uint64_t elf_file_section_address(struct elf_file *file, const char *name)
{
	size_t i = find_section(file, name);

	return i < file->section_count ? file->sections[i].header.sh_addr : 0;
}

bool elf_file_is_arm64(struct elf_file *file)
{
	GElf_Ehdr header;

	return gelf_getehdr(file->elf, &header) && header.e_machine == EM_AARCH64;
}

int64_t elf_arm64_page_distance(uint32_t instruction)
{
	int64_t pages = ((instruction >> 5) & 0x7ffff) << 2 | ((instruction >> 29) & 3);

	/* A number of 21 bits, the highest of which is the sign. */
	return pages - ((pages & 1 << 20) << 1);
}

const uint8_t *elf_file_at(struct elf_file *file, uint64_t address, size_t size)
{
	size_t i;

	for (i = 0; i < file->section_count; i++) {
		const GElf_Shdr *header = &file->sections[i].header;
		uint64_t at = address - header->sh_addr;
		const uint8_t *bytes;
		size_t length;

		if (!(header->sh_flags & SHF_ALLOC) || header->sh_flags & SHF_TLS ||
		    address < header->sh_addr || at >= header->sh_size)
			continue;
		bytes = section_bytes(file, i, &length);
		return bytes && at <= length && size <= length - at ? bytes + at : NULL;
	}
	return NULL;
}

void elf_file_relatives(struct elf_file *file, elf_file_relative *handler, void *data)
{
	size_t i, size = 0;
	const uint8_t *bytes = elf_file_section(file, ".rela.dyn", &size);
	uint32_t type = elf_file_is_arm64(file) ? R_AARCH64_RELATIVE : R_X86_64_RELATIVE;

	for (i = 0; bytes && i < size / sizeof(Elf64_Rela); i++) {
		Elf64_Rela entry;

		memcpy(&entry, bytes + i * sizeof(entry), sizeof(entry));
		if (ELF64_R_TYPE(entry.r_info) == type)
			handler(file, entry.r_offset, entry.r_addend, data);
	}
}

const char *elf_file_needed(struct elf_file *file, size_t index)
{
	Elf_Data *data = NULL;
	GElf_Dyn entry;
	size_t i;
	int j;

	for (i = 0; i < file->section_count; i++)
		if (file->sections[i].header.sh_type == SHT_DYNAMIC &&
		    file->sections[i].header.sh_size <= ELF_FILE_SECTION_MAX)
			break;
	if (i < file->section_count)
		data = elf_getdata(file->sections[i].section, NULL);
	for (j = 0; data && gelf_getdyn(data, j, &entry); j++)
		if (entry.d_tag == DT_NEEDED && index-- == 0)
			return elf_strptr(file->elf, file->sections[i].header.sh_link,
					  entry.d_un.d_val);
	return NULL;
}
