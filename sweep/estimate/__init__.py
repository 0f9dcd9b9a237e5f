"""What a sweep will take (time, disk and memory), and how large its batches are."""
